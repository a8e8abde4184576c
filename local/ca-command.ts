import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { AuthorityName } from './authority.ts';
import { exportAuthorities, importAuthorities } from './ca-archive.ts';
import { createVpn, hasVpn, prepareRoot, retireOthers, rollCertifier, switchRoot, trustedBy } from './ca-rollover.ts';
import { openDataFolder, writeSecret } from './data-folder.ts';
import { lockDataFolder } from './data-lock.ts';
import { FlagError, toFlagError } from './flags.ts';
import { errorText } from './start-error.ts';

export const CA_HELP = `Looks after the certificate authorities of a local platform. All but \`status\` and \`export\` need it stopped.

  npm run ca -- status                    who signs, who is trusted beside it, until when
  npm run ca -- export FILE               everything needed to go on elsewhere, encrypted (PKCS#12)
  npm run ca -- import FILE               into a data folder that has no authorities yet
  npm run ca -- create vpn                an authority for certificates with which gateways join a VPN
  npm run ca -- rollover certifier        a new authority for clients' certificates; those of the old one go on
  npm run ca -- rollover root             a new authority for the server's certificate, trusted but not signing yet
  npm run ca -- rollover root --switch    from now on it signs: when every gateway and operator has the new root.pem
  npm run ca -- retire certifier|root     trust only the one that signs

  --data FOLDER             the platform's data folder (.orc8r)
  --passphrase-file FILE    its first line is the passphrase of the archive; asked for on a terminal when left out
  --help                    this text

docs/operations.md says what to do in which order, here and on Cloudflare.
`;

/** A shorter one is soon guessed. */
const SHORTEST_PASSPHRASE = 12;

export interface CaCommandOptions {
  readonly now?: () => Date;
  /** Asks for a passphrase where nobody else sees it; undefined: there is no terminal. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Rounds of the archive's key derivation; fewer only for tests. */
  readonly rounds?: number;
}

/** Runs one command; answers what to print. Error: FlagError for a wrong call, StartError for what cannot be done. */
export async function caCommand(args: readonly string[], options: CaCommandOptions = {}): Promise<string> {
  const { values, positionals } = parsed(args);
  const [verb, what, ...more] = positionals;
  if (values.help || verb === undefined) return CA_HELP;
  if (verb === 'status' && what !== undefined) more.unshift(what);
  if (more.length > 0) throw new FlagError(`"${more[0]}" is one word too many`);
  if (values.switch && verb !== 'rollover') throw new FlagError('--switch goes with rollover root');
  const dataDir = resolve(values.data ?? '.orc8r');
  const folder = join(dataDir, 'ca');
  const now = options.now?.() ?? new Date();
  switch (verb) {
    case 'status':
      return status(folder);
    case 'export': {
      const file = fileOf(verb, what);
      if (existsSync(file)) throw new FlagError(`${file} is there already; name another file`);
      const passphrase = await passphraseOf(values['passphrase-file'], options.ask, true);
      writeSecret(file, await exportAuthorities(folder, passphrase, options.rounds));
      return `Written to ${file}. Whoever has it and the passphrase is this platform: keep them apart.\n`;
    }
    case 'import': {
      const file = fileOf(verb, what);
      const archive = readFile(file);
      const passphrase = await passphraseOf(values['passphrase-file'], options.ask, false);
      await stopped(dataDir, () => importAuthorities(folder, archive, passphrase));
      return `Imported into ${folder}. \`npm start\` takes it from here.\n`;
    }
    case 'create': {
      if (what !== 'vpn')
        throw new FlagError(`create what? vpn${what === undefined ? '' : `, not "${what}"`}; the others are made by the first start`);
      await stopped(dataDir, () => createVpn(folder, now));
      return `From the next start on gateways are given certificates for the VPN. Its server has to trust ${join(folder, 'vpn.pem')}.\n\n${status(folder)}`;
    }
    case 'rollover': {
      const name = authorityOf(verb, what);
      if (name === 'certifier' && values.switch) throw new FlagError('--switch goes with rollover root');
      await stopped(dataDir, async () => {
        if (name === 'certifier') await rollCertifier(folder, now);
        else if (values.switch) switchRoot(folder);
        else await prepareRoot(folder, now);
      });
      return `${SAID[name === 'certifier' ? 'certifier' : values.switch ? 'switched' : 'prepared']}\n${status(folder)}`;
    }
    case 'retire': {
      const name = authorityOf(verb, what);
      let retired = 0;
      await stopped(dataDir, async () => {
        retired = retireOthers(folder, name);
      });
      return `${retired} no longer trusted.\n\n${status(folder)}`;
    }
    default:
      throw new FlagError(`there is no command "${verb}"; --help lists them`);
  }
}

const SAID = {
  certifier:
    'A new certifier signs from the next start on. Certificates of the old one stay good; `npm run ca -- retire certifier` when none is left.\n',
  prepared:
    'A new root is trusted from now on. Give root.pem to every gateway and operator, then `npm run ca -- rollover root --switch`.\n',
  switched: 'The new root signs from the next start on. `npm run ca -- retire root` when nobody needs the old one.\n',
};

function status(folder: string): string {
  const titles = {
    certifier: "Certifier: signs gateways' and operators' certificates",
    root: "Root: signs the server's certificate",
    vpn: 'VPN: signs certificates with which gateways join it',
  };
  return ([...(['certifier', 'root'] as const), ...(hasVpn(folder) ? (['vpn'] as const) : [])] as const)
    .map((name) => {
      const lines = trustedBy(folder, name).map(
        ({ name: title, signs, keyIdentifier, until }) =>
          `  ${signs ? 'signs  ' : 'trusted'}  ${title}\n           key ${keyIdentifier}, until ${until.toISOString().slice(0, 10)}\n`,
      );
      return `${titles[name]}\n${lines.join('')}`;
    })
    .join('\n');
}

/** Runs it while no platform runs on the folder. */
async function stopped(dataDir: string, work: () => Promise<void>): Promise<void> {
  const lock = await lockDataFolder(openDataFolder(dataDir));
  try {
    await work();
  } finally {
    lock.release();
  }
}

function fileOf(verb: string, file: string | undefined): string {
  if (file === undefined) throw new FlagError(`${verb} needs the name of a file`);
  return resolve(file);
}

function authorityOf(verb: string, name: string | undefined): AuthorityName {
  if (name === 'certifier' || name === 'root') return name;
  throw new FlagError(`${verb} needs "certifier" or "root"`);
}

async function passphraseOf(file: string | undefined, ask: CaCommandOptions['ask'], isNew: boolean): Promise<string> {
  if (file === undefined && !ask) throw new FlagError('there is no terminal to ask for the passphrase: say --passphrase-file');
  const passphrase =
    file === undefined ? ((await ask?.('Passphrase: ')) ?? '') : (readFile(resolve(file)).toString('utf8').split(/\r?\n/)[0] ?? '');
  if (!isNew) return passphrase;
  if (passphrase.length < SHORTEST_PASSPHRASE) throw new FlagError(`the passphrase needs ${SHORTEST_PASSPHRASE} characters or more`);
  if (file === undefined && (await ask?.('Again: ')) !== passphrase) throw new FlagError('the two passphrases differ');
  return passphrase;
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new FlagError(`${path} cannot be read: ${errorText(error)}`);
  }
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { data: text, 'passphrase-file': text, switch: flag, help: flag },
    });
  } catch (error) {
    throw toFlagError(error);
  }
}
