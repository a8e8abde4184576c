import { describe, expect, it } from 'vitest';
import { OrcError } from '../errors.ts';
import type { MessageStream } from '../module/context.ts';
import { textStream } from './text-stream.ts';

/** Messages from a list; an error in it breaks them off. */
function given(...steps: (readonly string[] | Error)[]): MessageStream<string> & { asked: number; cancelled: number } {
  const stream = {
    asked: 0,
    cancelled: 0,
    async next() {
      const step = steps[stream.asked];
      stream.asked += 1;
      if (step instanceof Error) throw step;
      return step;
    },
    async cancel() {
      stream.cancelled += 1;
    },
  };
  return stream;
}

/** What can be read of a body, and the error it ended with. */
async function read(body: ReadableStream<Uint8Array>): Promise<{ text: string; error: unknown }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  } catch (error) {
    return { text, error };
  }
  return { text, error: undefined };
}

describe('a body of lines', () => {
  it('has each message on a line of its own, whether it brings the end of the line or not', async () => {
    const messages = given(['one', 'zwölf\n'], [], ['']);
    expect(await read(textStream(messages, (line) => line))).toEqual({ text: 'one\nzwölf\n\n', error: undefined });
    expect(messages.cancelled).toBe(0);
  });

  it('that breaks off says why in a last line and ends abnormally', async () => {
    const broken = new OrcError('gateway_offline', 'gateway g1 is not connected');
    expect(await read(textStream(given(['one'], broken), (line) => line))).toEqual({
      text: 'one\n-- orc8r: broken off: gateway g1 is not connected\n',
      error: broken,
    });
  });

  it('tells nothing of a fault of our own, and lets go of the messages', async () => {
    const messages = given(new TypeError('secret'));
    expect((await read(textStream(messages, (line) => line))).text).toBe('-- orc8r: broken off: a fault of the platform\n');
    expect(messages.cancelled).toBe(1);
  });

  it('asks for nothing before it is read, and no further when its reader goes', async () => {
    const messages = given(['one'], ['two'], ['three']);
    const reader = textStream(messages, (line) => line).getReader();
    expect(messages.asked).toBe(0);
    await reader.read();
    expect(messages.asked).toBe(1);
    await reader.cancel();
    expect([messages.asked, messages.cancelled]).toEqual([1, 1]);
  });
});
