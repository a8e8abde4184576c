import { FULL, type Identity, makeIdentities } from './identities.ts';
import { type Answered, type Asked, type Platform, registry, startPlatform } from './platform.ts';
import { reported } from './reports.ts';
import { prepare, type Probe, probesOf } from './requests.ts';

/** The API with everything of the prepared networks in it, and a full operator who asks. */
export interface Started {
  readonly platform: Platform;
  readonly identities: readonly Identity[];
  readonly full: Identity;
  readonly ask: (asked: Asked) => Promise<Answered>;
  readonly probes: readonly Probe[];
  /** Rows ever written, those of the audit log left out: cheap enough to look at after each request. */
  readonly written: () => number;
}

/** Makes it anew; it is closed by closing `platform.store`. */
export async function startContractPlatform(): Promise<Started> {
  const platform = startPlatform(reported);
  const identities = await makeIdentities(platform);
  const full = identities.find(({ name }) => name === FULL);
  if (!full) throw new Error('there is no full operator');
  const chosen = await prepare(platform, full);
  const probes = await probesOf(platform, registry.routes, chosen, full);
  platform.keep();
  const count = (text: string): number => Number(platform.store.sqlite.prepare(text).get()?.['n']);
  const written = (): number => count('SELECT total_changes() AS n') - count('SELECT COUNT(*) AS n FROM audit');
  return {
    written,
    platform,
    identities,
    full,
    ask: (asked) => platform.ask(asked, full),
    probes,
  };
}
