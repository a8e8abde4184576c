// `npm run ca -- status|export|import|create|rollover|retire ...`: the certificate authorities of a local platform; `--help` says how.
import { secretPrompt } from '../local/ask-secret.ts';
import { caCommand } from '../local/ca-command.ts';
import { FlagError } from '../local/flags.ts';

try {
  process.stdout.write(await caCommand(process.argv.slice(2), { ask: secretPrompt() }));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof FlagError ? 2 : 1;
}
