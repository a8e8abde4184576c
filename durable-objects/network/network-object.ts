import { DurableObject } from 'cloudflare:workers';
import { delivered } from '../../core/configurator/changes.ts';
import type { Entity, Network } from '../../core/configurator/model.ts';
import { Database } from '../../core/db/database.ts';
import type { Convergence, GatewayReport } from '../../core/module/context.ts';
import type { StreamContent } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import { CloseCode } from '../../core/wire/limits.ts';
import { migrate } from '../lib/migrations.ts';
import { inParallel } from '../lib/parallel.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import { type AttachRequest, type DesiredStream, gatewayObject, type NetworkPort, type ObjectBindings, type PresenceReport } from '../ports.ts';
import { convergenceOf } from './convergence.ts';
import { DesiredTable } from './desired.ts';
import { GraphCache, type Refreshed } from './graph-cache.ts';
import { Members, reportOf } from './members.ts';
import { networkMigrations } from './schema.ts';

/** Commits that come within this time of one another are dealt with together. */
const COALESCE_MS = 3;
/** How many gateway objects are told at once. */
const FAN_OUT = 32;
/** When a gateway object could not be told, it is told again after this. */
const RETRY_MS = 2_000;

/**
 * One network: keeps what streams are rendered from, works out which gateways a commit touches, renders and hands the content to
 * the gateways' objects, and knows who is connected and how far everyone is.
 */
export class NetworkObject extends DurableObject<ObjectBindings> implements NetworkPort {
  readonly #registry: Registry;
  readonly #graph: GraphCache;
  readonly #desired: DesiredTable;
  readonly #members: Members;
  readonly #refreshes: SingleFlight;
  /** Gateways heard of since this instance started; of the others only SQLite says that they are connected. */
  readonly #heard = new Set<string>();
  #networkId = '';

  constructor(state: DurableObjectState, bindings: ObjectBindings, registry: Registry) {
    super(state, bindings);
    migrate(state.storage, networkMigrations);
    this.#registry = registry;
    this.#graph = new GraphCache(registry);
    this.#desired = new DesiredTable(state.storage.sql);
    this.#members = new Members(state.storage.sql);
    this.#refreshes = new SingleFlight(() => this.#refresh());
    this.#networkId = state.id.name ?? '';
  }

  async changed(networkId: string): Promise<void> {
    this.#networkId = networkId;
    await new Promise((resolve) => setTimeout(resolve, COALESCE_MS));
    await this.#refreshes.run();
  }

  async attach(networkId: string, request: AttachRequest): Promise<readonly DesiredStream[] | null> {
    const { gatewayId, hardwareId, digests } = request;
    const network = await this.#current(networkId);
    const gateway = this.#graph.gateway(gatewayId);
    if (!network || !gateway || gateway.physicalId !== hardwareId) {
      // The object may not have heard yet of a gateway that registered a moment ago.
      await this.#refreshes.run();
      const now = this.#graph.gateway(gatewayId);
      if (!this.#graph.network || now?.physicalId !== hardwareId) return null;
    }
    this.#members.place(gatewayId, hardwareId);
    this.#heard.add(gatewayId);
    this.#members.report(gatewayId, request);
    if (request.streams) this.#desired.progress(gatewayId, request.streams);
    const missing: DesiredStream[] = [];
    for (const content of await this.#renderAll(gatewayId)) {
      if (digests[content.stream] !== content.digest) missing.push(content);
      this.#desired.delivered(gatewayId, content.stream, content.version);
    }
    return missing;
  }

  async report(gatewayId: string, report: PresenceReport): Promise<void> {
    if (!this.#members.report(gatewayId, report)) return;
    this.#heard.add(gatewayId);
    if (report.streams) this.#desired.progress(gatewayId, report.streams);
  }

  async desired(networkId: string, gatewayId: string, stream: string): Promise<DesiredStream | null> {
    await this.#current(networkId);
    return this.#render(gatewayId, stream);
  }

  async status(gatewayId: string): Promise<GatewayReport | null> {
    return reportOf(this.#members.get(gatewayId));
  }

  async statuses(): Promise<[string, GatewayReport][]> {
    return this.#members.all().flatMap((member) => {
      const report = reportOf(member);
      return report ? [[member.gateway_id, report] as [string, GatewayReport]] : [];
    });
  }

  async convergence(networkId: string): Promise<Convergence> {
    const network = await this.#current(networkId);
    await this.#verifyConnections();
    return convergenceOf(networkId, network?.version ?? 0, this.#members.all(), this.#desired.all());
  }

  /** Tells the objects that could not be told. */
  override async alarm(): Promise<void> {
    if (!(await this.#current(this.#networkId))) return;
    const waiting = this.#desired.undelivered();
    await this.#deliver(new Map(await Promise.all(waiting.map(async (id) => [id, await this.#renderAll(id)] as const))));
  }

  /** The network, with everything in memory; loaded when this instance is new. */
  async #current(networkId: string): Promise<Network | undefined> {
    this.#networkId = networkId;
    if (!this.#graph.loaded) await this.#refreshes.run();
    return this.#graph.network;
  }

  async #refresh(): Promise<void> {
    const db = new Database(this.env.DB);
    const networkId = this.#networkId;
    const refreshed = this.#graph.loaded ? await this.#graph.refresh(db, networkId) : await this.#graph.load(db, networkId);
    const gone = this.#placeMembers(refreshed);
    await this.#deliver(await this.#decide(refreshed.affected));
    await Promise.all(gone.map((hardwareId) => gatewayObject(this.env, hardwareId).cutOff(CloseCode.gatewayRemoved, 'the gateway was removed')));
    const version = refreshed.deleted ? Number.MAX_SAFE_INTEGER : (this.#graph.network?.version ?? 0);
    await db.commit([delivered(networkId, version)]);
  }

  /** Brings the member list in line with the graph; answers the hardware ids that serve no gateway here any more. */
  #placeMembers({ removed, deleted }: Refreshed): string[] {
    const gone: string[] = [];
    const present = new Set(this.#graph.gatewayIds());
    for (const gatewayId of present) {
      const old = this.#members.place(gatewayId, this.#graph.gateway(gatewayId)?.physicalId ?? null);
      if (old) gone.push(old);
    }
    const leavers = deleted || removed.length > 0 || this.#members.all().length !== present.size;
    if (!leavers) return gone;
    for (const member of this.#members.all()) {
      if (present.has(member.gateway_id)) continue;
      if (member.hardware_id) gone.push(member.hardware_id);
      this.#members.remove(member.gateway_id);
      this.#desired.remove(member.gateway_id);
    }
    return gone;
  }

  /** Renders for the gateways and notes what is new; answers the content of those for whom something is. */
  async #decide(gatewayIds: readonly string[]): Promise<Map<string, DesiredStream[]>> {
    const news = new Map<string, DesiredStream[]>();
    for (const gatewayId of gatewayIds) {
      const before = new Map([...this.#registry.streams.keys()].map((stream) => [stream, this.#desired.get(gatewayId, stream)?.digest]));
      const contents = await this.#renderAll(gatewayId);
      if (contents.some(({ stream, digest }) => before.get(stream) !== digest)) news.set(gatewayId, contents);
    }
    return news;
  }

  /** Hands content to the gateways' objects. What fails is tried again by the alarm. */
  async #deliver(news: ReadonlyMap<string, readonly DesiredStream[]>): Promise<void> {
    const failed = await inParallel(FAN_OUT, [...news], async ([gatewayId, contents]) => {
      const hardwareId = this.#members.get(gatewayId)?.hardware_id;
      if (!hardwareId) return;
      const progress = await gatewayObject(this.env, hardwareId).setDesired(this.#networkId, gatewayId, contents);
      for (const { stream, version } of contents) this.#desired.delivered(gatewayId, stream, version);
      this.#desired.progress(gatewayId, progress);
    });
    if (failed.length === 0) return;
    console.warn('could not tell gateway objects', this.#networkId, failed.length, failed[0]?.error);
    await this.ctx.storage.setAlarm(Date.now() + RETRY_MS);
  }

  async #renderAll(gatewayId: string): Promise<DesiredStream[]> {
    const contents: DesiredStream[] = [];
    for (const stream of this.#registry.streams.keys()) {
      const content = await this.#render(gatewayId, stream);
      if (content) contents.push(content);
    }
    return contents;
  }

  /** The content of one stream for one gateway, under the version at which it arose. */
  async #render(gatewayId: string, stream: string): Promise<DesiredStream | null> {
    const network = this.#graph.network;
    const gateway: Entity | undefined = this.#graph.gateway(gatewayId);
    const provider = this.#registry.streams.get(stream);
    if (!network || !gateway || !provider) return null;
    let content: StreamContent;
    try {
      content = await provider.render(this.#graph.viewFor(gateway, network));
    } catch (error) {
      console.error('cannot render', stream, network.id, gatewayId, error);
      this.#desired.unrenderable(gatewayId, stream, network.version, error instanceof Error ? error.message : String(error), Date.now());
      return null;
    }
    let desired = this.#desired.get(gatewayId, stream);
    this.#desired.rendered(gatewayId, stream);
    if (desired?.digest !== content.digest) {
      desired = { version: network.version, digest: content.digest, at: Date.now() };
      this.#desired.set(gatewayId, stream, desired);
    }
    return { stream, version: desired.version, digest: desired.digest, updates: content.updates(desired.at) };
  }

  /** After a crash SQLite still says connected of gateways that are gone: those not heard of since are asked once. */
  async #verifyConnections(): Promise<void> {
    const doubtful = this.#members.all().filter((member) => member.connected_since !== null && !this.#heard.has(member.gateway_id));
    await inParallel(FAN_OUT, doubtful, async ({ gateway_id: gatewayId, hardware_id: hardwareId }) => {
      if (!hardwareId) return;
      const presence = await gatewayObject(this.env, hardwareId).presence();
      await this.report(gatewayId, presence);
    });
  }
}
