import type { StreamContent } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import type { DesiredStream } from '../ports.ts';
import type { DesiredTable } from './desired.ts';
import type { GraphCache } from './graph-cache.ts';

/** Largest content of a stream, bytes: a gateway's object keeps it in one row of SQLite, which holds 2 MB. */
export const MAX_CONTENT_BYTES = 1_900_000;

/** Renders what gateways should hold and notes it as desired; content that cannot be rendered leaves what was desired before. */
export class Renderer {
  readonly #registry: Registry;
  readonly #graph: GraphCache;
  readonly #desired: DesiredTable;
  readonly #now: () => number;

  constructor(registry: Registry, graph: GraphCache, desired: DesiredTable, now: () => number) {
    this.#registry = registry;
    this.#graph = graph;
    this.#desired = desired;
    this.#now = now;
  }

  /** All streams of one gateway that can be rendered. */
  async all(gatewayId: string): Promise<DesiredStream[]> {
    const contents: DesiredStream[] = [];
    for (const stream of this.#registry.streams.keys()) {
      const content = await this.one(gatewayId, stream);
      if (content) contents.push(content);
    }
    return contents;
  }

  /** One stream, under the version at which its content arose; null when there is no such gateway or stream, or it cannot be rendered. */
  async one(gatewayId: string, stream: string): Promise<DesiredStream | null> {
    for (;;) {
      const network = this.#graph.network;
      const gateway = this.#graph.gateway(gatewayId);
      const provider = this.#registry.streams.get(stream);
      if (!network || !gateway || !provider) return null;
      let content: StreamContent | undefined;
      let failure: unknown;
      try {
        content = await provider.render(this.#graph.viewFor(gateway, network));
      } catch (error) {
        failure = error;
      }
      // Commits may have come in while this was rendered; their content must not be overwritten by what is old now.
      if (this.#graph.network !== network) continue;
      return content ? this.#take(gatewayId, stream, network.version, content) : this.#refuse(gatewayId, stream, network.version, failure);
    }
  }

  #take(gatewayId: string, stream: string, version: number, content: StreamContent): DesiredStream | null {
    const known = this.#desired.get(gatewayId, stream);
    const desired = known?.digest === content.digest ? known : { version, digest: content.digest, at: this.#now() };
    const updates = content.updates(desired.at);
    const bytes = updates.reduce((sum, update) => sum + update.value.byteLength, 0);
    if (bytes > MAX_CONTENT_BYTES) {
      return this.#refuse(gatewayId, stream, version, new Error(`it has ${bytes} bytes, at most ${MAX_CONTENT_BYTES} can be sent`));
    }
    if (desired === known) this.#desired.rendered(gatewayId, stream);
    else this.#desired.set(gatewayId, stream, desired);
    return { stream, version: desired.version, digest: desired.digest, updates };
  }

  #refuse(gatewayId: string, stream: string, version: number, error: unknown): null {
    console.error('cannot render', stream, gatewayId, error);
    this.#desired.unrenderable(gatewayId, stream, version, error instanceof Error ? error.message : String(error), this.#now());
    return null;
  }
}
