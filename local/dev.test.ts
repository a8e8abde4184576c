import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG, temporaryFolder } from './fixture/platform.ts';

let folder: ReturnType<typeof temporaryFolder>;
let child: ChildProcess;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => {
  child.kill('SIGKILL');
  folder.remove();
});

describe('npm run dev', { timeout: 40_000 }, () => {
  it('serves the Worker with its secrets, a migrated database and a first operator, and ends on SIGINT', async () => {
    const started = spawn(
      process.execPath,
      [join(import.meta.dirname, 'dev.ts'), '--port', '0', '--data', folder.path, '--config', FIXTURE_CONFIG],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NO_COLOR: '1' },
      },
    );
    child = started;
    const ended = new Promise<number | null>((settle) => started.once('exit', settle));
    let output = '';
    const base = await new Promise<string>((settle, reject) => {
      started.stdout.on('data', (data: Buffer) => {
        output += data.toString();
        const ready = /Ready on (http:\/\/127\.0\.0\.1:\d+)/.exec(output);
        if (ready?.[1]) settle(ready[1]);
      });
      void ended.then(() => reject(new Error(`ended: ${output}`)));
    });
    expect(output).toContain(`curl -H "Authorization: Bearer $(cat ${join(folder.path, 'operators', 'admin', 'token')})"`);
    expect(await (await fetch(`${base}/bindings`)).json()).toMatchObject({
      IDENTITY_SOURCE: 'none',
      CERTIFIER_CERT: readFileSync(join(folder.path, 'ca', 'certifier.pem'), 'utf8'),
      CERTIFIER_KEY: readFileSync(join(folder.path, 'ca', 'certifier.key'), 'utf8'),
      ROOT_CA: readFileSync(join(folder.path, 'ca', 'root.pem'), 'utf8'),
      BOOTSTRAP_KEY: readFileSync(join(folder.path, 'ca', 'bootstrap.key'), 'utf8').trim(),
    });
    expect(await (await fetch(`${base}/written`)).json()).toEqual(['admin']);
    started.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});
