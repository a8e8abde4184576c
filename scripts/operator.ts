// `npm run operator -- add|list|token|grant|certificate|revoke ...`: manages operators of a running platform; `--help` says how.
import { FlagError } from '../local/flags.ts';
import { operatorCommand, PartlyDone } from '../local/operator-command.ts';

try {
  process.stdout.write(await operatorCommand(process.argv.slice(2), undefined, (line) => process.stderr.write(`${line}\n`)));
} catch (error) {
  if (error instanceof PartlyDone) process.stdout.write(error.done);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof FlagError ? 2 : 1;
}
