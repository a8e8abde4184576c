import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const folder = import.meta.dirname;
const { exports: entries } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports: Record<string, string> };
const bundle = (entry: string) =>
  build({
    entryPoints: [join(folder, entries[entry] ?? '')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });

describe('the package', () => {
  it('goes into a bundle for browsers, without the entry that needs Node', async () => {
    const { outputFiles } = await bundle('.');
    expect(outputFiles[0]?.text).not.toMatch(/node:|Buffer/);
    await expect(bundle('./tls')).rejects.toThrow('node:https');
  });

  it('has an example in its README that compiles, however strict one is', () => {
    const example = readFileSync(join(folder, 'README.md'), 'utf8').match(/```ts\n([\s\S]*?)```/)?.[1] ?? '';
    const file = join(folder, 'readme-example.ts');
    const options: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: ['node'],
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
    };
    const host = ts.createCompilerHost(options);
    const source = host.getSourceFile;
    host.fileExists = (name) => name === file || ts.sys.fileExists(name);
    host.getSourceFile = (name, ...of) =>
      name === file ? ts.createSourceFile(name, example, ts.ScriptTarget.ES2024) : source(name, ...of);
    const faults = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
    expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
    expect(example).toContain('ifMatch(etag)');
  }, 120_000);
});
