import { DurableObject } from 'cloudflare:workers';
import { Hono } from 'hono';
import { rest } from './rest.ts';

// The least that could do each measured job, without a product around it: what the ratios are to.
interface Bindings {
  DB: D1Database;
  ECHO: DurableObjectNamespace<Echo>;
  HUB: DurableObjectNamespace<Hub>;
  ASKER: DurableObjectNamespace<Asker>;
}

/** Answers each message with the same bytes. */
export class Echo extends DurableObject<Bindings> {
  override async fetch(): Promise<Response> {
    return accept(this.ctx);
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    socket.send(message);
  }
}

/** Asks its socket, which answers each message with the same bytes, and waits for the answer. */
export class Asker extends DurableObject<Bindings> {
  readonly #waiting = new Map<number, () => void>();
  #asked = 0;

  override async fetch(): Promise<Response> {
    return accept(this.ctx);
  }

  async ask(): Promise<void> {
    const number = (this.#asked += 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(number, resolve);
    this.ctx.getWebSockets()[0]?.send(Uint32Array.of(number));
    await promise;
  }

  override webSocketMessage(_: WebSocket, message: ArrayBuffer): void {
    const [number = 0] = new Uint32Array(message);
    this.#waiting.get(number)?.();
    this.#waiting.delete(number);
  }
}

/** Sends what it is given to all its sockets. */
export class Hub extends DurableObject<Bindings> {
  override async fetch(): Promise<Response> {
    return accept(this.ctx);
  }

  push(message: ArrayBuffer): void {
    for (const socket of this.ctx.getWebSockets()) socket.send(message);
  }

  /** An ACK; nothing is done with it. */
  override webSocketMessage(): void {}
}

function accept(state: DurableObjectState): Response {
  const { 0: theirs, 1: ours } = new WebSocketPair();
  state.acceptWebSocket(ours);
  return new Response(null, { status: 101, webSocket: theirs, headers: { 'sec-websocket-protocol': 'orc8r.v1' } });
}

const app = new Hono<{ Bindings: Bindings }>();
app.route('/rest', rest);

/** One D1 point read. */
app.get('/documents/:id', async (c) => {
  const row = await c.env.DB.prepare('SELECT body FROM documents WHERE id = ?').bind(c.req.param('id')).first<{ body: string }>();
  return row ? c.json(JSON.parse(row.body)) : c.notFound();
});

app.put('/documents/:id', async (c) => {
  await write(c.env.DB, c.req.param('id'), await c.req.text());
  return c.body(null, 204);
});

/** One D1 write, then a push to every socket of a hub. */
app.put('/push/:hub', async (c) => {
  const body = await c.req.text();
  await write(c.env.DB, c.req.param('hub'), body);
  const bytes = new TextEncoder().encode(body);
  c.executionCtx.waitUntil(c.env.HUB.getByName(c.req.param('hub')).push(bytes.buffer as ArrayBuffer));
  return c.body(null, 204);
});

app.get('/echo/:name', (c) => c.env.ECHO.getByName(c.req.param('name')).fetch(c.req.raw));
app.get('/asked/:name', (c) => c.env.ASKER.getByName(c.req.param('name')).fetch(c.req.raw));
app.post('/ask/:name', async (c) => {
  await c.env.ASKER.getByName(c.req.param('name')).ask();
  return c.body(null, 200);
});
app.get('/hub/:name', (c) => c.env.HUB.getByName(c.req.param('name')).fetch(c.req.raw));

async function write(db: D1Database, id: string, body: string): Promise<void> {
  await db.prepare('INSERT INTO documents (id, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body').bind(id, body).run();
}

/** Statements, a JSON array: the tables that the benchmark wants before it measures. */
app.post('/schema', async (c) => {
  const statements = await c.req.json<string[]>();
  await c.env.DB.batch(statements.map((sql) => c.env.DB.prepare(sql)));
  return c.body(null, 204);
});

export default app;
