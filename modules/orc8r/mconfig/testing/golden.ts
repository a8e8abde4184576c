import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/**
 * Compares a rendered document byte for byte with a file, which is indented for reading: white space outside of strings does
 * not count, everything else does. UPDATE_GOLDEN=1 writes the file anew; read it against SOUTHBOUND.md 8 before keeping it.
 */
export function expectGolden(file: string, rendered: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, indented(rendered));
  const golden = readFileSync(file, 'utf8');
  expect(rendered).toBe(golden.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1'));
}

/** Indents JSON text without parsing it, so that the order of keys stays as it is. */
function indented(json: string): string {
  let depth = 0;
  const line = (): string => `\n${'  '.repeat(depth)}`;
  return json
    .replace(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]/g, (token) => {
      if (token === '{' || token === '[') {
        depth += 1;
        return token + line();
      }
      if (token === '}' || token === ']') {
        depth -= 1;
        return line() + token;
      }
      if (token === ',') return token + line();
      return token === ':' ? ': ' : token;
    })
    .concat('\n');
}
