import { WebSocket } from 'ws';
import { openSocket } from '../../local/fixture/client.ts';
import { adminOf } from '../../test/harness/identities.ts';
import type { World } from '../world.ts';
import type { PushTimes } from './times.ts';

/** Sockets on one object that sends them all whatever is written. */
export interface Hub {
  /** One write of so many bytes, and its push to every socket; each answers with a short ACK. */
  push(bytes: number): Promise<PushTimes>;
  close(): void;
}

const ACK = Buffer.from('ack');

/** Opens `size` sockets on a hub of the baseline. */
export async function openHub({ product, baseline }: World, name: string, size: number): Promise<Hub> {
  const caller = adminOf(product);
  const sockets: WebSocket[] = [];
  for (let index = 0; index < size; index += 1) {
    const socket = await openSocket(caller, `${baseline.controller}/hub/${name}`);
    if (!(socket instanceof WebSocket)) throw new Error(`the baseline refused with ${socket.status}: ${socket.text}`);
    sockets.push(socket);
  }
  return {
    async push(bytes) {
      const received = Promise.all(sockets.map(acknowledge));
      const sent = performance.now();
      const since = (): number => performance.now() - sent;
      const written = baseline.rest.must('PUT', `/push/${name}`, { config: 'x'.repeat(bytes) });
      const [answered, delivered] = await Promise.all([written.then(since), received.then(since)]);
      return { answered, delivered };
    },
    close: () => {
      for (const socket of sockets) socket.terminate();
    },
  };
}

function acknowledge(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = (code: number): void => reject(new Error(`the socket was closed with ${code}`));
    socket.once('close', lost);
    socket.once('message', () => {
      socket.off('close', lost);
      socket.send(ACK);
      resolve();
    });
  });
}
