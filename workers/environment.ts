import { z } from 'zod';
import { OrcError } from '../core/errors.ts';
import type { ObjectBindings } from '../durable-objects/ports.ts';

const pem = (kind: string) => z.string().regex(new RegExp(`-----BEGIN ${kind}-----`), `a PEM ${kind.toLowerCase()} is needed`);

/** Bytes that base64 text stands for; also asked of text that is none, so it must not decode. */
const decodedLength = (text: string): number => Math.floor((text.replace(/=+$/, '').length * 3) / 4);

const settings = z
  .object({
    IDENTITY_SOURCE: z.enum(['cloudflare', 'front', 'none']),
    FRONT_SECRET: z.string().min(32).optional(),
    DOMAIN: z.string().min(1).max(253),
    CERTIFIER_CERT: pem('CERTIFICATE'),
    CERTIFIER_KEY: pem('PRIVATE KEY'),
    /** The authority for VPN certificates; without it there are none. */
    VPN_CERT: pem('CERTIFICATE').optional(),
    VPN_KEY: pem('PRIVATE KEY').optional(),
    BOOTSTRAP_KEY: z.base64().refine((text) => decodedLength(text) >= 32, 'at least 32 bytes in base64 are needed'),
    ROOT_CA: pem('CERTIFICATE'),
    /** Ports at which gateways reach the controller and the bootstrapper. */
    CLOUD_PORT: z.coerce.number().int().min(1).max(65535).default(443),
    BOOTSTRAP_PORT: z.coerce.number().int().min(1).max(65535).default(443),
  })
  .refine((env) => env.IDENTITY_SOURCE !== 'front' || env.FRONT_SECRET !== undefined, {
    path: ['FRONT_SECRET'],
    message: 'is needed when IDENTITY_SOURCE is "front"',
  })
  .refine((env) => (env.VPN_CERT === undefined) === (env.VPN_KEY === undefined), {
    path: ['VPN_KEY'],
    message: 'VPN_CERT and VPN_KEY go together',
  });

export type Settings = z.output<typeof settings>;

/** The Worker's bindings, as wrangler.toml declares them, and its settings. */
export interface Environment extends ObjectBindings, z.input<typeof settings> {
  /** The files of the page at /docs. */
  readonly ASSETS: Pick<Fetcher, 'fetch'>;
}

const checked = new WeakMap<object, Settings>();

/** The settings, checked once per isolate. Error: `unavailable`, naming each setting that is missing or wrong, never its value. */
export function settingsOf(env: Environment): Settings {
  const known = checked.get(env);
  if (known) return known;
  const result = settings.safeParse(env);
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    console.error('settings are wrong', faults);
    throw new OrcError('unavailable', `this platform is not set up: ${faults} (docs/operations.md, "Secrets")`);
  }
  checked.set(env, result.data);
  return result.data;
}
