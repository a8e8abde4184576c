import 'reflect-metadata';
import { waitUntil } from 'cloudflare:workers';
import { invalid } from '../core/errors.ts';
import { createRegistry } from '../core/module/registry.ts';
import { readClient } from '../core/identity/client.ts';
import { GatewayObject as Gateway } from '../durable-objects/gateway/gateway-object.ts';
import { NetworkObject as Network } from '../durable-objects/network/network-object.ts';
import type { ObjectBindings } from '../durable-objects/ports.ts';
import { modules } from '../modules/index.ts';
import { version } from '../package.json';
import { announce } from './announce.ts';
import { createApi } from './api/app.ts';
import { createBootstrap } from './bootstrap/index.ts';
import { HOURLY, repeatRevocations, sweepCertificates } from './certificate-sweeper.ts';
import { doorOf } from './doors.ts';
import { type Environment, type Settings, settingsOf } from './environment.ts';
import { errorResponse } from './errors.ts';
import { createStreamer } from './streamer/index.ts';
import { openSocket, SYNC_PATH } from './sync/index.ts';
import { sweepOutbox } from './sweeper.ts';
import { dropUnread } from './unread.ts';

// The one deployed Worker: picks a door, and is otherwise a table of contents.
const registry = createRegistry(modules);
const api = createApi(registry, version);
const streamer = createStreamer(registry);

export class GatewayObject extends Gateway {
  constructor(state: DurableObjectState, bindings: ObjectBindings) {
    super(state, bindings, registry);
  }
}

export class NetworkObject extends Network {
  constructor(state: DurableObjectState, bindings: ObjectBindings) {
    super(state, bindings, registry);
  }
}

type Bootstrap = ReturnType<typeof createBootstrap>;
let bootstrap: Bootstrap | undefined;

function bootstrapOf(env: Environment, settings: Settings): Bootstrap {
  bootstrap ??= createBootstrap({
    db: env.DB,
    settings,
    address: { domain: settings.DOMAIN, cloudPort: settings.CLOUD_PORT, bootstrapPort: settings.BOOTSTRAP_PORT },
    now: Date.now,
    networkChanged: (committed) => waitUntil(announce(env, committed)),
  });
  return bootstrap;
}

async function answer(request: Request, env: Environment, context: ExecutionContext): Promise<Response> {
  const requestId = crypto.randomUUID();
  try {
    if (!URL.canParse(request.url)) throw invalid('the header Host names no host');
    const settings = settingsOf(env);
    const client = readClient(request.cf, { source: settings.IDENTITY_SOURCE, frontSecret: settings.FRONT_SECRET });
    switch (client.door ?? doorOf(new URL(request.url).hostname)) {
      case 'api':
        return await api.fetch(request, { env, tls: client.tls }, context);
      case 'bootstrap':
        return await bootstrapOf(env, settings)(request, requestId);
      case 'controller':
        if (new URL(request.url).pathname === SYNC_PATH) return await openSocket(request, client.tls, env, requestId);
        return await streamer(request, client.tls, env, requestId);
    }
  } catch (error) {
    return errorResponse(error, requestId);
  }
}

export default {
  async fetch(request, env, context) {
    const response = await answer(request, env, context);
    await dropUnread(request);
    return response;
  },
  async scheduled({ cron }, env) {
    const now = Date.now();
    if (cron === HOURLY) await sweepCertificates(env, now);
    else await Promise.all([sweepOutbox(env, now), repeatRevocations(env, now)]);
  },
} satisfies ExportedHandler<Environment>;
