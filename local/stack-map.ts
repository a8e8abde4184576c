import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import type { Bundle } from './bundle.ts';

/** Makes a function that turns places in the bundle (`worker.js:120:7`) within a text into places in the sources. */
export function stackMapper(bundle: Bundle): (text: string) => string {
  let map: SourceMap | undefined;
  const folder = dirname(bundle.path);
  return (text) =>
    text.replace(/(?:file:\/\/)?[^\s()]*\bworker\.js:(\d+):(\d+)/g, (whole, line: string, column: string) => {
      map ??= new SourceMap(JSON.parse(bundle.map));
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      if (!('originalSource' in entry) || entry.originalLine === undefined) return whole;
      return `${relative(process.cwd(), resolve(folder, entry.originalSource))}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
}
