import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The agent's version, as its package says. */
export const AGENT_VERSION: string = readVersion();

function readVersion(): string {
  const text = readFileSync(fileURLToPath(new URL('./package.json', import.meta.url).href), 'utf8');
  const { version } = JSON.parse(text) as { version?: unknown };
  return typeof version === 'string' ? version : '0.0.0';
}
