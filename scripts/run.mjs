// Runs a TypeScript file with the Node of the lock file, after installing what the lock file names when it is missing.
// Plain JavaScript without dependencies: it must run on a bare machine with Node 20.20.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.orc8r-lock');
const bin = join(modules, '.bin');

/** Oldest Node that may run this launcher, and oldest that runs TypeScript when the lock file brings none for this machine. */
const LAUNCHER_NODE = [20, 20];
const TYPESCRIPT_NODE = [22, 18];

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

function isAtLeast(version, [major, minor]) {
  const [ourMajor, ourMinor] = version.replace(/^v/, '').split('.').map(Number);
  return ourMajor > major || (ourMajor === major && ourMinor >= minor);
}

/** True when what npm installed is what the lock file names; packages of other systems may be absent. */
function isInstalled(lockText) {
  const hidden = join(modules, '.package-lock.json');
  if (!existsSync(hidden)) return false;
  try {
    const wanted = JSON.parse(lockText).packages;
    const there = JSON.parse(readFileSync(hidden, 'utf8')).packages;
    return Object.entries(wanted).every(([path, { version, optional, devOptional, link }]) => {
      if (!path.startsWith('node_modules/') || link) return true;
      const found = there[path];
      if (!found) return Boolean(optional || devOptional);
      return found.version === version && existsSync(join(root, path));
    });
  } catch {
    return false;
  }
}

async function install() {
  const started = Date.now();
  process.stdout.write('Installing locked dependencies…\n');
  const viaNpm = /\.c?js$/.test(process.env.npm_execpath ?? '') && process.env.npm_execpath.includes('npm');
  const [command, args] = viaNpm ? [process.execPath, [process.env.npm_execpath]] : ['npm', []];
  const child = spawn(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  // npm shows its own bar on a terminal and nothing elsewhere.
  const ticking = process.stdout.isTTY
    ? undefined
    : setInterval(() => process.stdout.write(`… still installing (${Math.round((Date.now() - started) / 1000)} s)\n`), 5000);
  const stop = followSignals(child);
  const code = await ended(child);
  clearInterval(ticking);
  stop();
  if (code === 130 || code === 143) process.exit(code);
  if (code !== 0)
    fail(
      `The dependencies could not be installed (npm ci ended with code ${code}). Check the network and the disk, then run the same command again.`,
    );
  process.stdout.write(`Installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

/** Resolves with the exit code of a child; a signal counts as 128 and its number, as in a shell. */
function ended(child) {
  return new Promise((settle) => {
    child.once('error', (error) => fail(`${child.spawnfile} could not be started: ${error.message}`));
    child.once('exit', (code, signal) => settle(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** Hands signals on and lets the child decide; a child may see Ctrl-C twice, from the terminal and from here. */
function followSignals(child) {
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const handler = () => void child.kill(signal);
    process.on(signal, handler);
    return [signal, handler];
  });
  return () => {
    for (const [signal, handler] of handlers) process.removeListener(signal, handler);
  };
}

/** The Node that understands TypeScript: the one of the lock file where there is one, otherwise our own. */
function typescriptNode() {
  const locked = join(bin, 'node');
  if (existsSync(locked) && spawnSync(locked, ['--version'], { stdio: 'ignore' }).status === 0) return locked;
  if (isAtLeast(process.version, TYPESCRIPT_NODE)) return process.execPath;
  return fail(
    `Node ${TYPESCRIPT_NODE.join('.')} or newer is needed on this kind of machine (${process.platform} ${process.arch}); this is ${process.version}. Install it and run the same command again.`,
  );
}

async function main() {
  if (!isAtLeast(process.version, LAUNCHER_NODE))
    fail(
      `Node ${LAUNCHER_NODE.join('.')} or newer is needed; this is ${process.version}. Install it from https://nodejs.org and run the same command again.`,
    );
  const [file, ...args] = process.argv.slice(2);
  if (!file) fail('Usage: node scripts/run.mjs FILE.ts [arguments]');
  const lockFile = join(root, 'package-lock.json');
  if (!existsSync(lockFile)) fail(`${lockFile} is missing. Run this in a whole clone of the repository.`);
  const lockText = readFileSync(lockFile, 'utf8');
  const digest = createHash('sha256').update(lockText).digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8').trim() !== digest) {
    if (!isInstalled(lockText)) await install();
    mkdirSync(modules, { recursive: true });
    writeFileSync(stamp, `${digest}\n`);
  }
  const path = resolve(root, file);
  if (!existsSync(path)) fail(`${path} does not exist.`);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(typescriptNode(), ['--disable-warning=ExperimentalWarning', path, ...args], { stdio: 'inherit', env });
  followSignals(child);
  process.exit(await ended(child));
}

main().catch((error) => fail(`${error instanceof Error ? error.message : error}`));
