import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('./bin.mjs', import.meta.url).href);
// What an older Node would say of itself, given to this one.
const OLD_NODE = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.0'}})`;

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'agent-bin-'))));
afterEach(async () => rm(folder, { recursive: true }));

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the agent as a user does; `stopWhen` sends SIGTERM as soon as its output contains that text. */
function run(
  args: readonly string[],
  options: { node?: readonly string[]; env?: Record<string, string>; stopWhen?: string } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(options.node ?? []), BIN, ...args], { env: { ...process.env, ...options.env } });
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    let stopped = false;
    child.stdout.on('data', (chunk: Buffer) => {
      outcome.stdout += chunk.toString();
      if (stopped || !options.stopWhen || !outcome.stdout.includes(options.stopWhen)) return;
      stopped = true;
      child.kill('SIGTERM');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      outcome.stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

describe('orc8r-agent', () => {
  it('prints its version and help', async () => {
    const [version, help] = await Promise.all([run(['--version']), run(['--help'])]);
    expect(version).toMatchObject({ code: 0, stdout: 'orc8r-agent 0.1.0\n' });
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--restart-command') });
  });

  it('prints the identity that an operator registers', async () => {
    const { code, stdout } = await run(['identity', '--data', folder, '--hardware-id', 'gw-7']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout.slice(stdout.indexOf('{')))).toMatchObject({
      hardware_id: 'gw-7',
      key: { key_type: 'SOFTWARE_ECDSA_SHA256' },
    });
    expect(stdout).not.toContain('PRIVATE');
  });

  it('says in one line what is wrong and exits with 2', async () => {
    const { code, stderr } = await run(['--data', folder]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^orc8r-agent: --controller is missing.*\n$/);
  });

  it('runs until it is stopped, and then ends cleanly', async () => {
    const args = ['--data', folder, '--controller', 'localhost:1', '--bootstrap', 'localhost:1', '--log-json'];
    const { code, stdout, stderr } = await run(args, { stopWhen: 'bootstrap failed' });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const messages = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages).toEqual(expect.arrayContaining(['bootstrap failed', 'stopping', 'stopped']));
  });

  it('under an older Node restarts itself with the one of the lock file, and passes signals on', async () => {
    const node = ['--import', OLD_NODE];
    const args = ['--data', folder, '--controller', 'localhost:1', '--bootstrap', 'localhost:1'];
    expect(await run(args, { node, stopWhen: 'bootstrap failed' })).toMatchObject({ code: 0, stdout: expect.stringContaining('stopped') });
    const { code, stderr } = await run(['--version'], { node, env: { ORC8R_AGENT_RESTARTED: '1' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^orc8r-agent: Node 20\.20\.0 is too old: .*\n$/);
  });
});
