// Which way a call goes, by its authority and path (SOUTHBOUND 0).

export type Destination =
  /** A service on this machine, as service_registry.yml names it. */
  | { to: 'local'; service: string }
  /** The agent itself, in the cloud's place: magmad's stream of calls. */
  | { to: 'sync-rpc' }
  /** The bootstrap door, which is not reached over the socket. */
  | { to: 'bootstrap' }
  | { to: 'cloud' };

const LOCAL = /^([a-z0-9_]+)\.local$/i;
const SYNC_RPC = /^\/magma\.orc8r\.SyncRPCService\//;
const BOOTSTRAP = /^\/magma\.orc8r\.(Bootstrapper|Registration)\//;

/** `<service>.local` stays on this machine; any other authority is the cloud, whose services are told apart by the path alone. */
export function route(authority: string, path: string): Destination {
  const [, service] = LOCAL.exec(withoutPort(authority)) ?? [];
  if (service !== undefined) return { to: 'local', service: service.toLowerCase() };
  if (SYNC_RPC.test(path)) return { to: 'sync-rpc' };
  if (BOOTSTRAP.test(path)) return { to: 'bootstrap' };
  return { to: 'cloud' };
}

/** `streamer` of `streamer-controller.magma.test`, for the log. */
export function serviceOf(authority: string): string {
  return /^[^-.:]*/.exec(authority)?.[0] ?? '';
}

function withoutPort(authority: string): string {
  return authority.replace(/:\d+$/, '');
}
