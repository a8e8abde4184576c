#!/usr/bin/env node
// Starts the agent with a Node that runs TypeScript: this one, or the one that the project's lock file installs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  await import('./main.ts');
} else {
  const node = process.env.ORC8R_AGENT_RESTARTED ? undefined : newerNode();
  if (node) restart(node);
  else {
    process.stderr.write(
      `orc8r-agent: Node ${process.versions.node} is too old: install Node 22.18 or newer, or run npm ci where the agent was cloned\n`,
    );
    process.exitCode = 1;
  }
}

function newerNode() {
  for (let folder = here; ; folder = dirname(folder)) {
    const node = join(folder, 'node_modules', '.bin', 'node');
    if (existsSync(node)) return node;
    if (folder === dirname(folder)) return undefined;
  }
}

function restart(node) {
  const env = { ...process.env, ORC8R_AGENT_RESTARTED: '1' };
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`orc8r-agent: ${node} cannot be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0);
  });
}
