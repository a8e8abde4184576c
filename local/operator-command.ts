import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FlagError } from './flags.ts';
import { describeToken } from '../core/identity/operator-token.ts';
import { unmatchable } from '../core/identity/policies.ts';
import { certificates, isSerial, newCertificate, revokeCertificate, rootFileOf, validCertificates } from './operator-certificate.ts';
import { DEFAULT_PORTS } from './platform.ts';
import { plainError } from './plain-error.ts';
import { policyWarnings } from './policy-warnings.ts';
import { RefusedError, type RestClient, restClient } from './rest-client.ts';

export const OPERATOR_HELP = `Manages operators of a running Orchestrator over its REST API.

  npm run operator -- add NAME [POLICY...] [--expires-in SECONDS]    a new operator, with a token when policies are given
  npm run operator -- list [NAME]                                     all operators, or the grants, certificates and tokens of one
  npm run operator -- token NAME POLICY... [--expires-in SECONDS]     one more token
  npm run operator -- grant NAME POLICY...                            what the operator's certificates may, instead of what they might; \`none\`: nothing
  npm run operator -- certificate NAME [--out DIR] [--days N]         a new key and a client certificate for it, by which the operator may what was granted
  npm run operator -- revoke NAME [TOKEN_ID | SERIAL ...]             these tokens and certificates, or the operator with everything

  POLICY is EFFECT:ACTION:TYPE:RESOURCE, for instance
    allow:write:network:n1    allow:read:tenant:7    deny:write:uri:/magma/v1/networks/n1/**    allow:write:all

  --api URL        where the REST API is (https://127.0.0.1:${DEFAULT_PORTS.api})
  --data FOLDER    data folder of a local platform, for its CA and the first operator's token (.orc8r)
  --ca FILE        CA of the API, and
  --token-file F   file with the token to act with, when the platform is elsewhere
  --out DIR        folder for key and certificate (operators/NAME in the data folder)
  --days N         for how long the certificate holds (365)
  --dry-run        check everything, change nothing
  --force          with revoke: also the token that the command itself acts with, or its operator
  --help           this text
`;

type Policy = Record<string, unknown>;

/** `allow:write:network:n1` as the API has it. Error: FlagError. */
export function readPolicy(text: string): Policy {
  const [, effect = '', action = '', type = '', resource] =
    /^(allow|deny):(read|write):(all|network|tenant|uri)(?::(.+))?$/i.exec(text) ?? [];
  if (effect === '' || (resource === undefined) !== (type.toLowerCase() === 'all'))
    throw new FlagError(`"${text}" is no policy: it has to look like allow:write:network:n1 or allow:read:all`);
  const said = { effect: effect.toUpperCase(), action: action.toUpperCase() };
  switch (type.toLowerCase()) {
    case 'network':
      return { ...said, resourceType: 'NETWORK_ID', resourceIDs: [resource] };
    case 'tenant':
      return { ...said, resourceType: 'TENANT_ID', resourceIDs: [resource] };
    default: {
      const path = resource ?? '**';
      const wrong = unmatchable(path);
      if (wrong !== undefined) throw new FlagError(`"${text}" ${wrong}`);
      return { ...said, resourceType: 'URI', path };
    }
  }
}

interface Token {
  readonly token: string;
  readonly id: string;
  readonly prefix: string;
  readonly policies: readonly Policy[] | null;
  readonly expires_at?: number;
  readonly last_used_at?: number;
}

/** Of several things some were done: what is to be printed of these. The message tells of the others. */
export class PartlyDone extends Error {
  readonly done: string;
  constructor(done: readonly string[], failed: readonly string[]) {
    super(failed.join('\n'));
    this.done = done.join('');
  }
}

/**
 * Runs one command; answers what to print, and gives `warn` what is worth a second look. Error: FlagError for a wrong call, PartlyDone, Error with one line on what the API refused or why there is
 * none.
 */
export async function operatorCommand(
  args: readonly string[],
  connect: (options: Connection) => ActingClient = open,
  warn: (line: string) => void = () => undefined,
): Promise<string> {
  const { values, positionals } = parsed(args);
  const [verb, name, ...more] = positionals;
  if (values.help || verb === undefined) return OPERATOR_HELP;
  if (!['add', 'list', 'token', 'grant', 'certificate', 'revoke'].includes(verb))
    throw new FlagError(`there is no command "${verb}"; --help lists them`);
  if (name === undefined && verb !== 'list') throw new FlagError(`${verb} needs the name of an operator`);
  // In a URL these lead elsewhere: below `user/ann/tokens/..` is ann, with everything.
  for (const word of [name, ...(verb === 'revoke' ? more : [])])
    if (word === '' || word === '.' || word === '..') throw new FlagError(`"${word}" is no name of an operator, and no id of a token`);
  const flags = { expires: values['expires-in'] !== undefined, force: values.force === true };
  checkWords({ verb, more, ...flags, files: values.out !== undefined || values.days !== undefined });
  const base = values.api ?? `https://127.0.0.1:${DEFAULT_PORTS.api}`;
  const api = connect({ api: base, data: values.data, ca: values.ca, tokenFile: values['token-file'] });
  const path = `/magma/v1/user/${encodeURIComponent(name ?? '')}`;
  try {
    const policies = policiesOf(verb, more);
    for (const line of await policyWarnings(api, policies)) warn(line);
    switch (verb) {
      case 'add':
        return await add(api, {
          name: name ?? '',
          policies,
          expiresIn: values['expires-in'],
          dryRun: values['dry-run'] === true,
          warn,
        });
      case 'token': {
        if (more.length === 0) throw new FlagError('token needs at least one policy');
        return await token(api, path, policies, values['expires-in'], values['dry-run'] === true);
      }
      case 'grant':
        if (more.length === 0) throw new FlagError('grant needs at least one policy, or none as the only word to take all grants away');
        return await grant(api, path, policies, values['dry-run'] === true);
      case 'certificate': {
        const { out, days, data, ca } = values;
        return await newCertificate(api, { name: name ?? '', path, base, out, days, data, ca, dryRun: values['dry-run'] === true });
      }
      case 'revoke':
        return await revoke(api, {
          name: name ?? '',
          path,
          tokens: more,
          base,
          dryRun: values['dry-run'] === true,
          force: values.force === true,
        });
      default:
        return name === undefined
          ? await list(api)
          : (await grants(api, path)) + (await certificates(api, path)) + (await tokens(api, path));
    }
  } catch (error) {
    throw plainError(error, base);
  } finally {
    api.close();
  }
}

interface NewOperator {
  readonly name: string;
  readonly policies: readonly Policy[];
  readonly expiresIn: string | undefined;
  readonly dryRun: boolean;
  readonly warn: (line: string) => void;
}

async function add(rest: RestClient, { name, policies, expiresIn, dryRun, warn }: NewOperator): Promise<string> {
  const password = randomBytes(18).toString('base64url');
  await rest.must('POST', `/magma/v1/user${dryRun ? '?dry_run=true' : ''}`, { username: name, password });
  const path = `/magma/v1/user/${encodeURIComponent(name)}`;
  if (dryRun) {
    if (policies.length > 0) await token(rest, path, policies, expiresIn, true).catch(unlessMissed);
    return `${name} could be added; nothing was changed.\n`;
  }
  const made = `Added ${name}.\nPassword  ${password}\n`;
  if (policies.length === 0) return `${made}${name} may nothing yet: npm run operator -- token ${name} POLICY...\n`;
  try {
    return made + (await token(rest, path, policies, expiresIn, false));
  } catch (error) {
    // Otherwise the mended command would be told that the name is taken.
    await rest
      .must('DELETE', path)
      .catch(() => warn(`${name} was added nevertheless and could not be taken away again: npm run operator -- revoke ${name}`));
    throw error;
  }
}

/** Whom a dry run did not make is missed once there is nothing else to say. */
function unlessMissed(error: unknown): void {
  if (!(error instanceof RefusedError && error.answer.status === 404)) throw error;
}

async function token(
  rest: RestClient,
  path: string,
  policies: readonly Policy[],
  expiresIn: string | undefined,
  dryRun: boolean,
): Promise<string> {
  const query = new URLSearchParams({ ...(expiresIn ? { expires_in: expiresIn } : {}), ...(dryRun ? { dry_run: 'true' } : {}) });
  const { body } = await rest.must('POST', `${path}/tokens${query.size > 0 ? `?${query}` : ''}`, policies);
  if (dryRun) return 'The token could be made; nothing was changed.\n';
  const made = body as Token;
  return `Token     ${made.token}\nToken id  ${made.id}\nThis is the only time that the token is shown.\n`;
}

/** Policies among the words of a command. Error: FlagError. */
function policiesOf(verb: string, words: readonly string[]): Policy[] {
  if (!['add', 'token', 'grant'].includes(verb)) return [];
  // That everything is to be taken away has to be said.
  return verb === 'grant' && words.length === 1 && words[0] === 'none' ? [] : words.map(readPolicy);
}

async function grant(rest: RestClient, path: string, policies: readonly Policy[], dryRun: boolean): Promise<string> {
  await rest.must('PUT', `${path}/grants${dryRun ? '?dry_run=true' : ''}`, policies);
  return dryRun ? 'Could be granted; nothing was changed.\n' : `Granted; it holds from the next request on.\n${linesOf(policies)}`;
}

async function grants(rest: RestClient, path: string): Promise<string> {
  const { body } = await rest.must('GET', `${path}/grants`);
  const found = body as Policy[];
  return found.length === 0 ? 'No grants.\n' : `Grants, for certificates:\n${linesOf(found)}`;
}

interface Words {
  readonly verb: string;
  readonly more: readonly string[];
  readonly expires: boolean;
  readonly force: boolean;
  /** --out or --days. */
  readonly files: boolean;
}

/** Words and flags that a command has no use for are more likely a mistake than meant. Error: FlagError. */
function checkWords({ verb, more, expires, force, files }: Words): void {
  if (force && verb !== 'revoke') throw new FlagError('--force goes with revoke');
  if (files && verb !== 'certificate') throw new FlagError('--out and --days go with certificate');
  if (verb === 'certificate' && more.length > 0) throw new FlagError(`certificate takes one name, "${more.join(' ')}" is too much`);
  if (verb === 'list' && more.length > 0)
    throw new FlagError(`list takes one name at most, "${more.join(' ')}" is too much: list NAME shows the tokens of one operator`);
  if (expires && !(verb === 'token' || (verb === 'add' && more.length > 0)))
    throw new FlagError(
      '--expires-in says when a new token ends, and this makes none: it goes with token NAME POLICY... or add NAME POLICY...',
    );
}

interface Revocation {
  readonly name: string;
  readonly path: string;
  /** Their ids, or the tokens themselves; serials of certificates; none: the operator. */
  readonly tokens: readonly string[];
  readonly base: string;
  readonly dryRun: boolean;
  readonly force: boolean;
}

/** One after the other, so that each that is refused is told, and none is kept from the others. Error: PartlyDone. */
async function revoke(rest: ActingClient, { name, path, tokens: named, base, dryRun, force }: Revocation): Promise<string> {
  const own = await ownLoss(rest, { name, path, tokens: named });
  if (own && !force && !dryRun) throw new FlagError(`${own} Say --force if that is meant`);
  const note = own && dryRun ? `${own} Without --dry-run it takes --force.\n` : '';
  const tail = dryRun ? '?dry_run=true' : '';
  const line = (what: string): string => (dryRun ? `${what} could be revoked; nothing was changed.\n` : `Revoked ${what}.\n`);
  if (named.length === 0) {
    await rest.must('DELETE', `${path}${tail}`);
    return line(`${name} with all tokens and certificates`) + note;
  }
  const done: string[] = [];
  const failed: string[] = [];
  for (const each of new Set(named)) {
    try {
      if (isSerial(each)) await revokeCertificate(rest, name, each, tail);
      else await rest.must('DELETE', `${path}/tokens/${encodeURIComponent(each)}${tail}`);
      done.push(line(shownToken(each)));
    } catch (error) {
      const plain = plainError(error, base);
      failed.push(`${shownToken(each)} was not revoked: ${plain instanceof Error ? plain.message : String(plain)}`);
    }
  }
  if (failed.length > 0) throw new PartlyDone(done, failed);
  return done.join('') + note;
}

/** What the command would take from itself, in a line; undefined: nothing. */
async function ownLoss(
  rest: ActingClient,
  { name, path, tokens: named }: Pick<Revocation, 'name' | 'path' | 'tokens'>,
): Promise<string | undefined> {
  if (rest.token === undefined) return undefined;
  const { id: own } = await describeToken(rest.token);
  if (named.includes(own) || named.includes(rest.token))
    return `${own} is the token that this command acts with: once it is revoked, every command that uses it is refused.`;
  if (named.length > 0) return undefined;
  const { body } = await rest.must('GET', path);
  if (!(body as { tokens?: readonly string[] } | undefined)?.tokens?.includes(own)) return undefined;
  return `${name} is the operator that this command acts as: all tokens and certificates of ${name} end, the token of this command among them.`;
}

/** A token may be named by itself, which nobody else is to read. */
const shownToken = (named: string): string => (named.startsWith('op_') ? `${named.slice(0, 9)}…` : named);

async function list(rest: RestClient): Promise<string> {
  const { body } = await rest.must('GET', '/magma/v1/user');
  const users = body as { username: string; tokens: string[]; has_password: boolean; grants: number }[];
  const held = await validCertificates(rest);
  const shown = users.map(({ username, tokens: { length }, has_password: password, grants: granted }) => {
    const has = [`${length} tokens`, ...(password ? ['password'] : []), `${granted} grants`, `${held.get(username) ?? 0} certificates`];
    return `${username}  ${has.join(', ')}\n`;
  });
  return shown.join('');
}

async function tokens(rest: RestClient, path: string): Promise<string> {
  const { body } = await rest.must('GET', `${path}/tokens`);
  const found = (body ?? []) as Token[];
  if (found.length === 0) return 'No tokens.\n';
  return found
    .map((each) => `${each.id}  ${each.prefix}…  expires ${when(each.expires_at)}, last used ${when(each.last_used_at)}\n${scopes(each)}`)
    .join('');
}

const when = (at: number | undefined): string => (at === undefined ? 'never' : new Date(at).toISOString());
const scopes = ({ policies }: Token): string => (policies === null ? '    everything that the operator may\n' : linesOf(policies));
const linesOf = (policies: readonly Policy[]): string => policies.map((policy) => `    ${JSON.stringify(policy)}\n`).join('');

export interface Connection {
  readonly api: string;
  readonly data: string | undefined;
  readonly ca: string | undefined;
  readonly tokenFile: string | undefined;
}

/** A client, and the token that it acts with, if any. */
type ActingClient = RestClient & { readonly token?: string };

/** The API of a local platform by its data folder, or of another one by URL, CA and token. Error: FlagError for a file that is not there, or what is no URL. */
function open({ api, data = '.orc8r', ca, tokenFile }: Connection): ActingClient {
  if (!/^https:\/\/[^/]+\/?$/.test(api) || !URL.canParse(api))
    throw new FlagError(`--api has to be like https://127.0.0.1:${DEFAULT_PORTS.api}, not "${api}"`);
  const files = { ca: rootFileOf({ data, ca }), token: tokenFile ?? join(resolve(data), 'operators', 'admin', 'token') };
  for (const file of Object.values(files))
    if (!existsSync(file))
      throw new FlagError(`${file} is not there: start a platform here with npm start, or say --data, or --ca and --token-file`);
  const token = readFileSync(files.token, 'utf8').trim();
  return { ...restClient({ base: api, caFile: files.ca, token }), token };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        api: text,
        data: text,
        ca: text,
        'token-file': text,
        'expires-in': text,
        out: text,
        days: text,
        'dry-run': flag,
        force: flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new FlagError(error instanceof Error ? error.message : String(error));
  }
}
