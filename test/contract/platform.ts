import { createApi } from '../../workers/api/app.ts';
import type { Environment } from '../../workers/environment.ts';
import type { TlsClient } from '../../core/identity/client.ts';
import { createRegistry } from '../../core/module/registry.ts';
import { modules } from '../../modules/index.ts';
import { newAuthority } from '../support/certificates.ts';
import { type TestD1, testD1 } from '../support/d1.ts';
import { contractFleet, type Reported } from './fleet.ts';

export const registry = createRegistry(modules);

/** Signs the certificates of operators. */
const authority = await newAuthority('P-256', Date.UTC(2100, 0));

/** How a caller shows who it is. */
export interface Credentials {
  readonly tls?: TlsClient | undefined;
  readonly authorization?: string | undefined;
}

export interface Asked {
  readonly method: string;
  /** Below /magma/v1, with what follows it in the URL. */
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  readonly ifMatch?: string | undefined;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The whole API door over SQLite; gateways answer everything, and it is written down that they were asked. */
export interface Platform {
  readonly store: TestD1;
  /** What was asked of the objects since the last `restore`, commits announced left out. */
  readonly fleet: string[];
  /** Waits also for what the door does after its answer. */
  readonly ask: (asked: Asked, credentials: Credentials) => Promise<Answered>;
  /** Every row of every table but the audit log and the count of logins, which also refused requests add to. */
  readonly dump: () => string;
  /** The state to which `restore` goes back. */
  readonly keep: () => void;
  readonly restore: () => void;
}

export function startPlatform(reported: Reported): Platform {
  const store = testD1();
  const fleet: string[] = [];
  const objects = contractFleet(reported, (what) => fleet.push(what));
  const pem = (kind: string): string => `-----BEGIN ${kind}-----\nTEST\n-----END ${kind}-----\n`;
  const env = {
    DB: store.d1,
    NETWORK: { getByName: (name: string) => objects.network(name) },
    GATEWAY: { getByName: (name: string) => objects.gateway(name) },
    IDENTITY_SOURCE: 'none',
    DOMAIN: 'orc8r.test',
    CERTIFIER_CERT: authority.certificate,
    CERTIFIER_KEY: authority.key,
    BOOTSTRAP_KEY: btoa('0'.repeat(32)),
    ROOT_CA: pem('CERTIFICATE'),
  } as unknown as Environment;
  const api = createApi(registry, '0.0.0-test');
  const { sqlite } = store;
  sqlite.exec("ATTACH ':memory:' AS kept");
  // Those that triggers write to come last, so that a restored row is not counted twice.
  const everything = sqlite
    .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name <> 'entity_counts' ORDER BY name")
    .all()
    .map((row) => String(row['name']))
    .concat('entity_counts');
  const shown = everything.filter((name) => !['audit', 'logins'].includes(name) && !name.startsWith('sqlite_'));

  let restoring = '';

  return {
    store,
    fleet,
    async ask({ method, path, body, contentType = 'application/json', ifMatch }, { tls, authorization }) {
      const headers = new Headers(body === undefined ? {} : { 'content-type': contentType });
      if (ifMatch !== undefined) headers.set('if-match', ifMatch);
      if (authorization !== undefined) headers.set('authorization', authorization);
      const request = new Request(`https://api.orc8r.test/magma/v1${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
      const later: Promise<unknown>[] = [];
      const context = { waitUntil: (work: Promise<unknown>) => later.push(work), passThroughOnException: () => undefined, props: {} };
      const response = await api.fetch(request, { env, tls }, context as unknown as ExecutionContext);
      const text = await response.text();
      await Promise.all(later);
      return { status: response.status, headers: response.headers, text };
    },
    dump: () => shown.map((name) => `${name} ${JSON.stringify(sqlite.prepare(`SELECT * FROM main."${name}"`).all())}`).join('\n'),
    keep: () => {
      for (const name of everything)
        sqlite.exec(`DROP TABLE IF EXISTS kept."kept_${name}"; CREATE TABLE kept."kept_${name}" AS SELECT * FROM main."${name}"`);
      const copies = everything.map((name) => `DELETE FROM main."${name}"; INSERT INTO main."${name}" SELECT * FROM kept."kept_${name}";`);
      restoring = `PRAGMA foreign_keys = OFF; BEGIN; ${copies.join(' ')} COMMIT; PRAGMA foreign_keys = ON;`;
    },
    restore: () => {
      fleet.length = 0;
      sqlite.exec(restoring);
    },
  };
}
