import { FlagError, HELP, parseFlags } from './flags.ts';
import { consoleLog } from './log.ts';
import { openFiles } from './open-files.ts';
import { type Platform, startPlatform } from './platform.ts';
import { showProgress } from './progress.ts';
import { shownPath as shown } from './shown-path.ts';
import { StartError, errorText } from './start-error.ts';

/** A terminal's Ctrl-C may arrive twice, from the terminal and from npm; a second one counts as impatience only after this. */
const REPEAT = 1000;
const STOP_LIMIT = 4500;

let platform: Platform | undefined;
let stopping: number | undefined;

async function main(): Promise<void> {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopOn);
  platform = await startPlatform({ ...flags, progress: showProgress(), log: consoleLog() });
  process.stdout.write(welcome(platform));
}

function welcome({ addresses, credentials, dataDir, domain }: Platform): string {
  const files = openFiles();
  const curl = `curl --cacert ${shown(credentials.rootFile)}`;
  return `
  REST API     ${addresses.api}        client certificate or token
  Gateways     ${addresses.controller}        client certificate demanded
  Bootstrap    ${addresses.bootstrap}        no client certificate

  Root CA      ${shown(credentials.rootFile)}
  Certificate  ${shown(credentials.certificateFile)}, key ${shown(credentials.keyFile)}
  For browsers ${shown(credentials.pkcs12File)}, password in ${shown(credentials.passwordFile)}
  API token    ${shown(credentials.tokenFile)}
  State        ${shown(dataDir)}, domain ${domain}
${files ? `  Open files   ${files.limit}: about ${files.gateways} gateways may be awake at the same time\n` : ''}
  Try it:
  ${curl} --cert ${shown(credentials.certificateFile)} --key ${shown(credentials.keyFile)} ${addresses.api}/magma/v1/networks
  ${curl} -H "Authorization: Bearer $(cat ${shown(credentials.tokenFile)})" ${addresses.api}/magma/v1/networks

  Ctrl-C stops it.
`;
}

function stopOn(signal: NodeJS.Signals): void {
  const now = performance.now();
  if (stopping !== undefined) {
    if (now - stopping > REPEAT) process.exit(130);
    return;
  }
  stopping = now;
  // Still starting: Miniflare's hook ends workerd with this process, and the next start takes over the lock.
  if (!platform) process.exit(signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
  process.stdout.write('\nStopping ...\n');
  setTimeout(() => process.exit(1), STOP_LIMIT).unref();
  platform.stop().then(
    () => process.exit(0),
    (error: unknown) => fail(`The platform did not stop cleanly: ${errorText(error)}`, 1),
  );
}

function fail(line: string, code: number): never {
  process.stderr.write(`${line}\n`);
  process.exit(code);
}

main().catch((error: unknown) => {
  if (error instanceof FlagError) fail(`${error.message}. Run "npm start -- --help" to see the flags.`, 2);
  if (process.stdout.isTTY) process.stdout.write('\n');
  if (error instanceof StartError) fail(error.message, 1);
  fail(`The platform could not be started: ${process.env['ORC8R_DEBUG'] && error instanceof Error ? error.stack : errorText(error)}`, 1);
});
