import type { Progress } from './platform.ts';

const WIDTH = 24;

/** Shows the steps of a start: one bar that is drawn over on a terminal, a line each elsewhere. */
export function showProgress(stream: NodeJS.WriteStream = process.stdout): Progress {
  if (!stream.isTTY) return (step, done, total) => stream.write(done < total ? `[${done + 1}/${total}] ${step}\n` : `${step}.\n`);
  return (step, done, total) => {
    const filled = Math.round((done / total) * WIDTH);
    stream.write(`\r\x1b[2K[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${step}${done < total ? ' ...' : '\n'}`);
  };
}
