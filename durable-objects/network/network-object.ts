import { DurableObject } from 'cloudflare:workers';
import { delivered } from '../../core/configurator/changes.ts';
import type { Network } from '../../core/configurator/model.ts';
import type { Mutation } from '../../core/configurator/mutations.ts';
import { Database } from '../../core/db/database.ts';
import type { MconfigPreview } from '../../core/mconfig/difference.ts';
import { previewMconfigs } from '../../core/mconfig/preview.ts';
import type { Convergence } from '../../core/module/context.ts';
import type { Registry } from '../../core/module/registry.ts';
import type { StateIndexReport, StateQuery } from '../../core/state/network-states.ts';
import { CloseCode } from '../../core/wire/limits.ts';
import { Alarms } from '../lib/alarms.ts';
import type { ContentCursor, ContentNews, ContentPart, ContentPosition, ContentRequest } from '../content-ports.ts';
import { Gather } from '../lib/gather.ts';
import { migrate } from '../lib/migrations.ts';
import { inParallel } from '../lib/parallel.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import { within } from '../lib/within.ts';
import {
  type AttachAnswer,
  type AttachRequest,
  type DesiredStream,
  gatewayObject,
  type NetworkPort,
  type ObjectBindings,
  type PresenceReport,
  type StateBatch,
  type StateReceipt,
  type StatusPage,
  type StoredReport,
  type SubjectPage,
} from '../ports.ts';
import { type News, SharedContent } from './content/shared-content.ts';
import { convergenceOf } from './convergence.ts';
import { DesiredTable } from './desired.ts';
import { Freshness } from './freshness.ts';
import { GraphCache, type Refreshed } from './graph-cache.ts';
import { Members, pageOf, reportOf } from './members.ts';
import { RefreshPace } from './refresh-pace.ts';
import { Renderer } from './renderer.ts';
import { networkMigrations } from './schema.ts';
import { NetworkStates } from './states/network-states.ts';
import { TakeOff } from './take-off.ts';
import { askedOf, Waking } from './waking.ts';

/** The outbox is written to no more often than this. */
const TAKE_OFF_MS = 500;
/** News of gateways that come within this time of one another are written together. */
const GATHER_MS = 10;
/** How many gateway objects are told at once. */
const FAN_OUT = 32;
/** A gateway object that takes longer is told again later, so that it does not hold up the others. */
const TELL_MS = 10_000;
/** When a gateway object could not be told, it is told again after this, and after twice as long each time that it fails again. */
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * One network: keeps what streams are rendered from, works out which gateways a commit touches, renders and hands the content to
 * the gateways' objects, and knows who is connected and how far everyone is.
 */
export class NetworkObject extends DurableObject<ObjectBindings> implements NetworkPort {
  readonly #registry: Registry;
  readonly #graph: GraphCache;
  readonly #desired: DesiredTable;
  readonly #members: Members;
  readonly #renderer: Renderer;
  readonly #freshness = new Freshness();
  readonly #states: NetworkStates;
  readonly #alarms: Alarms<'retry' | 'reindex'>;
  readonly #refreshes: SingleFlight;
  readonly #shared: SharedContent;
  readonly #contentRuns: SingleFlight;
  readonly #news = new Gather(() => scheduler.wait(GATHER_MS));
  /** Gateways that a refresh found affected and that have not been rendered since. */
  readonly #waiting = new Set<string>();
  readonly #waking: Waking;
  readonly #takeOff = new TakeOff((version) => this.#takeOffOutbox(version), TAKE_OFF_MS, Date.now);
  readonly #pace = new RefreshPace();
  #failures = 0;
  /** Version of the network up to which every gateway's content is rendered. */
  #rendered = 0;
  /** Version of the newest commit in the outbox that the graph covers. */
  #announced = 0;
  #networkId: string;

  constructor(state: DurableObjectState, bindings: ObjectBindings, registry: Registry) {
    super(state, bindings);
    migrate(state.storage, networkMigrations);
    this.#registry = registry;
    this.#graph = new GraphCache(registry);
    this.#desired = new DesiredTable(state.storage.sql);
    this.#members = new Members(state.storage.sql);
    this.#renderer = new Renderer(registry, this.#graph, this.#desired, Date.now);
    this.#states = new NetworkStates(state.storage, registry);
    this.#alarms = new Alarms(state.storage);
    this.#refreshes = new SingleFlight(() => this.#refresh());
    this.#shared = new SharedContent(state.storage, registry.contents, Date.now);
    this.#contentRuns = new SingleFlight(() => this.#refreshContents());
    const ask = bindings.WAKES && askedOf(bindings.WAKES);
    this.#waking = new Waking({ ask, now: Date.now, wait: (milliseconds) => scheduler.wait(milliseconds) });
    this.#networkId = state.id.name ?? '';
    if (this.#states.reindexing) state.waitUntil(this.#alarms.set('reindex', Date.now()));
  }

  async changed(networkId: string): Promise<void> {
    this.#networkId = networkId;
    await scheduler.wait(this.#pace.wait(Date.now()));
    await this.#refreshes.run();
    await this.#contentRuns.run();
  }

  async attach(networkId: string, request: AttachRequest): Promise<AttachAnswer | null> {
    const { gatewayId, hardwareId, digests } = request;
    if (!(await this.#serves(networkId, gatewayId, hardwareId)) || !this.#take(gatewayId, request)) return null;
    const contents = await this.#renderer.all(gatewayId);
    for (const content of contents) this.#desired.delivered(gatewayId, content);
    return {
      streams: contents.filter(({ stream, digest }) => digests[stream] !== digest),
      contents: this.#shared.take(gatewayId, request.contents),
    };
  }

  async report(gatewayId: string, report: PresenceReport): Promise<void> {
    await this.#news.run(() => this.#take(gatewayId, report));
  }

  async desired(networkId: string, gatewayId: string, stream: string): Promise<DesiredStream | null> {
    await this.#current(networkId);
    return this.#renderer.one(gatewayId, stream);
  }

  async status(gatewayId: string): Promise<StoredReport | null> {
    this.#news.flush();
    return reportOf(this.#members.get(gatewayId));
  }

  async statuses(gatewayIds: readonly string[], first: number): Promise<StatusPage> {
    this.#news.flush();
    return pageOf(this.#members.reporting(gatewayIds, first));
  }

  async convergence(networkId: string): Promise<Convergence> {
    await this.#current(networkId);
    this.#news.flush();
    await this.#verifyConnections();
    return convergenceOf(networkId, this.#rendered, this.#members.all(), [...this.#desired.all(), ...this.#shared.takers.all()]);
  }

  async contentPart(networkId: string, name: string, base: ContentPosition | null, cursor: ContentCursor): Promise<ContentPart | null> {
    return (await this.#content(networkId)).part(name, base, cursor);
  }

  async contentHead({ networkId, gatewayId, name }: ContentRequest) {
    return (await this.#content(networkId)).head(gatewayId, name);
  }

  async contentLeaves({ networkId, gatewayId, name }: ContentRequest, after: string | null) {
    return (await this.#content(networkId)).leaves(gatewayId, name, after);
  }

  async contentItems({ networkId, gatewayId, name }: ContentRequest, after: string | null, limit: { count: number; bytes: number }) {
    return (await this.#content(networkId)).items(gatewayId, name, after, limit);
  }

  async contentNamed({ networkId, gatewayId, name }: ContentRequest, ids: readonly string[]) {
    return (await this.#content(networkId)).named(gatewayId, name, ids);
  }

  async preview(networkId: string, mutations: readonly Mutation[]): Promise<MconfigPreview> {
    this.#networkId = networkId;
    // What was committed a moment ago counts, whether or not its nudge has come.
    await this.#refreshes.run();
    const { network, entities } = this.#graph.held;
    const before = { network, entities: new Map(entities) };
    const pause = () => scheduler.wait(0);
    return previewMconfigs(before, mutations, { registry: this.#registry, networkId, types: this.#graph.types, pause });
  }

  async takeStates(networkId: string, gatewayId: string, batch: StateBatch): Promise<StateReceipt> {
    if (!(await this.#serves(networkId, gatewayId, batch.hardwareId))) return { taken: false, reason: 'stranger' };
    return this.#news.run(() => this.#states.take(gatewayId, batch));
  }

  async statesAbout(query: StateQuery, after: string): Promise<SubjectPage> {
    this.#news.flush();
    return this.#states.about(query, after);
  }

  async stateIndex(): Promise<StateIndexReport> {
    this.#news.flush();
    return this.#states.report();
  }

  async checkins(gatewayIds: readonly string[]): Promise<readonly (readonly [string, number])[]> {
    this.#news.flush();
    return this.#members.checkins(gatewayIds);
  }

  async reserveNumber(index: string): Promise<number> {
    return this.#states.reserve(index, Date.now());
  }

  override async alarm(): Promise<void> {
    await this.#alarms.ring(Date.now(), { retry: () => this.#retry(), reindex: () => this.#reindex() });
  }

  /** A step at a time, so that others are answered in between. */
  async #reindex(): Promise<void> {
    if (this.#states.reindex()) await this.#alarms.set('reindex', Date.now());
  }

  /** Tells the objects that could not be told. */
  async #retry(): Promise<void> {
    try {
      await this.#current(this.#networkId);
      await this.#settle(new Map());
      if (this.#shared.complete) await this.#tellContents(this.#shared.behind());
    } catch (error) {
      console.warn('retry failed', this.#networkId, error);
      await this.#retryLater();
    }
  }

  /** Whether that hardware serves that gateway; this object may not have heard yet of one that registered a moment ago. */
  async #serves(networkId: string, gatewayId: string, hardwareId: string): Promise<boolean> {
    await this.#current(networkId);
    if (this.#members.hardwareOf(gatewayId) !== hardwareId) await this.#refreshes.run();
    return this.#members.hardwareOf(gatewayId) === hardwareId;
  }

  /** The network, with everything in memory; loaded when this instance is new. */
  async #current(networkId: string): Promise<Network | undefined> {
    this.#networkId = networkId;
    if (!this.#graph.loaded) {
      await this.#refreshes.join();
      // Nobody waits for what may take long the first time; who needs it asks for it.
      this.#contentRuns.join().catch((error: unknown) => console.warn('content not refreshed', networkId, error));
    }
    return this.#graph.network;
  }

  /** What gateways share, complete. It needs nothing in memory, so a new instance answers polls without going to D1. */
  async #content(networkId: string): Promise<SharedContent> {
    this.#networkId = networkId;
    if (!this.#shared.complete) {
      await this.#current(networkId);
      await this.#contentRuns.join();
    }
    return this.#shared;
  }

  /**
   * Takes what was committed. Whatever fails on the way is found again by the next run: what is not rendered in memory, what is not
   * delivered in SQLite, and what a lost object had not taken in the outbox, since rows leave it last.
   */
  async #refresh(): Promise<void> {
    this.#pace.began(Date.now());
    const before = this.#graph.network?.version;
    const db = new Database(this.env.DB);
    const networkId = this.#networkId;
    // While the content is being read it would come twice.
    const along = this.#contentRuns.running ? undefined : this.#shared.ahead(networkId);
    const refreshed = this.#graph.loaded ? await this.#graph.refresh(db, networkId, along) : await this.#graph.load(db, networkId);
    // What was loaded anew says nothing of how many come.
    this.#pace.covered(before === undefined ? 1 : (this.#graph.network?.version ?? before) - before);
    for (const gatewayId of refreshed.affected) this.#waiting.add(gatewayId);
    this.#placeMembers(refreshed);
    const rendered = await this.#renderWaiting();
    this.#rendered = this.#graph.network?.version ?? 0;
    await this.#settle(rendered);
    this.#shareOut(refreshed);
    this.#announced = refreshed.announced;
  }

  /** Tells the shared content what the refresh covered, and what each gateway touched has of its own. */
  #shareOut({ affected, covered }: Refreshed): void {
    const network = this.#graph.network;
    for (const gatewayId of affected) {
      const gateway = this.#graph.gateway(gatewayId);
      if (gateway && network) this.#shared.share(gatewayId, this.#graph.viewFor(gateway, network));
    }
    this.#shared.note(covered);
  }

  /** Brings what gateways share up to date and takes off the outbox what has now been dealt with in full. */
  async #refreshContents(): Promise<void> {
    const db = new Database(this.env.DB);
    const networkId = this.#networkId;
    const announced = this.#announced;
    await this.#tellContents(await this.#shared.refresh(db, networkId, this.#graph.network !== undefined));
    await this.#takeOff.dealt(announced);
    if (this.#announced === announced) this.#announced = 0;
  }

  async #takeOffOutbox(version: number): Promise<void> {
    await new Database(this.env.DB).commit([delivered(this.#networkId, version)]);
  }

  /** Calls a gateway's object for each of the items; answers those that failed, with why. */
  #tellAll<T>(items: readonly T[], tell: (item: T) => Promise<void>): Promise<{ item: T; error: unknown }[]> {
    return inParallel(FAN_OUT, items, async (item) => {
      await this.#waking.turn();
      await tell(item);
    });
  }

  async #tellContents(news: News): Promise<void> {
    const unreached = await this.#tellAll([...news], ([gatewayId, items]) => this.#tellContent(gatewayId, items));
    if (unreached.length === 0) return;
    console.warn('could not tell gateway objects of content', this.#networkId, unreached.length, unreached[0]?.error);
    await this.#retryLater();
  }

  async #tellContent(gatewayId: string, news: readonly ContentNews[]): Promise<void> {
    const hardwareId = this.#members.hardwareOf(gatewayId);
    if (!hardwareId || news.length === 0) return;
    const report = await within(TELL_MS, gatewayObject(this.env, hardwareId).contentNews(this.#networkId, gatewayId, news));
    await this.#news.run(() => this.#take(gatewayId, report));
  }

  /** Brings the member list in line with the graph. */
  #placeMembers({ touched, whole }: Refreshed): void {
    const ids = whole ? new Set([...touched, ...this.#members.all().map((member) => member.gateway_id)]) : touched;
    for (const gatewayId of ids) {
      const gateway = this.#graph.gateway(gatewayId);
      const hardwareId = this.#members.hardwareOf(gatewayId);
      if (hardwareId && hardwareId !== gateway?.physicalId) this.#states.forget(hardwareId);
      if (!gateway) {
        this.#members.remove(gatewayId);
        this.#desired.remove(gatewayId);
        this.#shared.remove(gatewayId);
        this.#freshness.forget(gatewayId);
      } else if (this.#members.place(gateway)) {
        this.#desired.startOver(gatewayId);
        this.#shared.remove(gatewayId);
      }
    }
  }

  async #renderWaiting(): Promise<Map<string, DesiredStream[]>> {
    const rendered = new Map<string, DesiredStream[]>();
    for (const gatewayId of [...this.#waiting]) {
      rendered.set(gatewayId, await this.#renderer.all(gatewayId));
      this.#waiting.delete(gatewayId);
    }
    return rendered;
  }

  /** Cuts off who has left and hands their content to the objects that do not have it yet. What fails is tried again by the alarm. */
  async #settle(rendered: ReadonlyMap<string, readonly DesiredStream[]>): Promise<void> {
    const notes: (() => void)[] = [];
    const deliver = async (gatewayId: string): Promise<void> => void notes.push(await this.#deliver(gatewayId, rendered.get(gatewayId)));
    const unreached = [
      ...(await this.#tellAll(this.#members.leavers(), (leaver) => this.#cutOff(leaver))),
      ...(await this.#tellAll(this.#desired.undelivered(), deliver)),
    ];
    // Together they are one write, and none of them keeps the next gateway waiting.
    if (notes.length > 0) {
      await this.#news.run(() => {
        for (const note of notes) note();
      });
    }
    if (unreached.length === 0) {
      this.#failures = 0;
      return;
    }
    console.warn('could not tell gateway objects', this.#networkId, unreached.length, unreached[0]?.error);
    await this.#retryLater();
  }

  async #cutOff({ hardwareId, gatewayId }: { readonly hardwareId: string; readonly gatewayId: string }): Promise<void> {
    const told = gatewayObject(this.env, hardwareId).cutOff(
      this.#networkId,
      gatewayId,
      CloseCode.gatewayRemoved,
      'the gateway was removed',
    );
    await within(TELL_MS, told);
    this.#members.left(hardwareId, gatewayId);
  }

  /** Hands content to a gateway's object; answers what there is to note of it. */
  async #deliver(gatewayId: string, rendered: readonly DesiredStream[] | undefined): Promise<() => void> {
    const contents = rendered ?? (await this.#renderer.all(gatewayId));
    const hardwareId = this.#members.hardwareOf(gatewayId);
    if (!hardwareId || contents.length === 0) return () => undefined;
    const report = await within(TELL_MS, gatewayObject(this.env, hardwareId).setDesired(this.#networkId, gatewayId, contents));
    return () => {
      if (!this.#take(gatewayId, report)) return;
      for (const content of contents) this.#desired.delivered(gatewayId, content);
    };
  }

  async #retryLater(): Promise<void> {
    const wait = Math.min(RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS);
    this.#failures += 1;
    await this.#alarms.set('retry', Date.now() + wait);
  }

  /** Takes a gateway object's news; false when that hardware does not serve this gateway (any more). */
  #take(gatewayId: string, report: PresenceReport): boolean {
    if (this.#members.hardwareOf(gatewayId) !== report.hardwareId) return false;
    const fresh = this.#freshness.sift(gatewayId, report);
    this.#members.report(gatewayId, fresh);
    if (fresh.streams) {
      this.#desired.progress(gatewayId, fresh.streams);
      this.#shared.takers.progress(gatewayId, fresh.streams);
    }
    return true;
  }

  /** After a crash SQLite still says connected of gateways that are gone: those not heard of since are asked once. */
  async #verifyConnections(): Promise<void> {
    const doubtful = this.#members
      .all()
      .flatMap(({ gateway_id: gatewayId, hardware_id: hardwareId, connected_since: since }) =>
        hardwareId && since !== null && !this.#freshness.heard(gatewayId, hardwareId) ? [{ gatewayId, hardwareId }] : [],
      );
    const failed = await this.#tellAll(doubtful, async ({ gatewayId, hardwareId }) => {
      this.#take(gatewayId, await within(TELL_MS, gatewayObject(this.env, hardwareId).presence()));
    });
    if (failed.length > 0) console.warn('could not ask gateway objects', this.#networkId, failed.length, failed[0]?.error);
  }
}
