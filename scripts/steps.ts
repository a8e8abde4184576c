import { spawn } from 'node:child_process';

export const root = new URL('..', import.meta.url).pathname;

/** Runs one of the project's own tools and answers its exit code; what it prints goes to `seen` as well as the terminal. */
export function run(
  command: string,
  args: readonly string[],
  seen?: (text: string) => void,
  environment: NodeJS.ProcessEnv = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: seen ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      seen?.(chunk.toString());
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      seen?.(chunk.toString());
    });
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(127);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
