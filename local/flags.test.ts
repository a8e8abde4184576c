import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FlagError, parseFlags } from './flags.ts';

describe('parseFlags', () => {
  it('knows every default', () => {
    expect(parseFlags([])).toEqual({
      host: '127.0.0.1',
      ports: { api: 9443, controller: 8443, bootstrap: 8444 },
      dataDir: '.orc8r',
      domain: 'orc8r.test',
      config: undefined,
      help: false,
    });
  });

  it('takes every flag', () => {
    expect(
      parseFlags([
        '--host',
        '0.0.0.0',
        '--api-port=1',
        '--controller-port',
        '2',
        '--bootstrap-port',
        '0',
        '--data',
        '/tmp/x',
        '--domain',
        'Magma.Example',
        '--config',
        'w.toml',
        '--help',
      ]),
    ).toEqual({
      host: '0.0.0.0',
      ports: { api: 1, controller: 2, bootstrap: 0 },
      dataDir: '/tmp/x',
      domain: 'magma.example',
      config: 'w.toml',
      help: true,
    });
  });

  it.each([
    [['--colour']],
    [['stray']],
    [['--api-port', '65536']],
    [['--api-port', 'x']],
    [['--data', '']],
    [['--host']],
    [['--domain', 'a_b']],
    [['--domain', '-a.b']],
  ])('refuses %j in one line', (args) => {
    expect(() => parseFlags(args)).toThrow(FlagError);
    try {
      parseFlags(args);
    } catch (error) {
      expect(String(error)).not.toContain('\n');
    }
  });
});

describe('the commands that start something', () => {
  it.each([
    ['dev', '--frob'],
    ['dev', '--port=70000'],
    ['demo', '--frob'],
    ['demo', '--api-port=x'],
    ['demo', '--gateways=a'],
  ])('npm run %s -- %s: refused in one line that says where the flags are listed, with code 2', (command, flag) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, `${command}.ts`), flag], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`^[^\n]*${flag.split('=')[0]}[^\n]*Run "npm run ${command} -- --help" to see the flags\\.\n$`));
  });
});
