import { relative } from 'node:path';

/** A path as short as it can be from here, quoted for a shell when it needs to be. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  const text = near.startsWith('..') || near === '' ? path : near;
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
