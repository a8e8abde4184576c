import { parseArgs } from 'node:util';
import { DEFAULT_DOMAIN, DEFAULT_PORTS, type Ports } from './platform.ts';
import { errorText } from './start-error.ts';

export interface Flags {
  host: string;
  ports: Ports;
  dataDir: string;
  domain: string;
  config: string | undefined;
  help: boolean;
}

/** A wrong flag, told in one line; the process ends with code 2. */
export class FlagError extends Error {}

export const HELP = `Starts the Orchestrator on this machine and keeps it running until Ctrl-C.

  npm start -- [flags]

  --host HOST             address to listen on (127.0.0.1; 0.0.0.0 lets gateways of the network in)
  --api-port PORT         REST for operators (${DEFAULT_PORTS.api}); 0 takes any free port
  --controller-port PORT  gateways, client certificate demanded (${DEFAULT_PORTS.controller})
  --bootstrap-port PORT   bootstrap of gateways, no client certificate (${DEFAULT_PORTS.bootstrap})
  --data FOLDER           where certificates, credentials and state are kept (.orc8r)
  --domain DOMAIN         domain the certificates are made for (${DEFAULT_DOMAIN})
  --config FILE           another wrangler.toml than the repository's own
  --help                  this text
`;

/** @throws FlagError naming what is wrong */
export function parseFlags(args: readonly string[]): Flags {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        host: text,
        'api-port': text,
        'controller-port': text,
        'bootstrap-port': text,
        data: text,
        domain: text,
        config: text,
        help: { type: 'boolean' },
      },
    });
    return {
      host: given('--host', values.host) ?? '127.0.0.1',
      ports: {
        api: port('--api-port', values['api-port']) ?? DEFAULT_PORTS.api,
        controller: port('--controller-port', values['controller-port']) ?? DEFAULT_PORTS.controller,
        bootstrap: port('--bootstrap-port', values['bootstrap-port']) ?? DEFAULT_PORTS.bootstrap,
      },
      dataDir: given('--data', values.data) ?? '.orc8r',
      domain: domainName(values.domain) ?? DEFAULT_DOMAIN,
      config: given('--config', values.config),
      help: values.help ?? false,
    };
  } catch (error) {
    throw toFlagError(error);
  }
}

/** What Node's parseArgs says of a wrong flag, in one line. */
export function toFlagError(error: unknown): FlagError {
  if (error instanceof FlagError) return error;
  return new FlagError(errorText(error).split(/\.?(?: |\n|$)(?=[A-Z]|$)/)[0]);
}

function given(flag: string, value: string | undefined): string | undefined {
  if (value === '') throw new FlagError(`${flag} needs a value`);
  return value;
}

/** A port; undefined when none is given. Error: FlagError. */
export function port(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) throw new FlagError(`${flag} must be a port from 0 to 65535, not "${value}"`);
  return Number(value);
}

function domainName(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const domain = value.toLowerCase();
  if (domain.length > 200 || !/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(domain)) {
    throw new FlagError(`--domain must be a domain name, not "${value}"`);
  }
  return domain;
}
