import type { GatewayReport } from '../core/module/context.ts';
import type { Subjects } from '../core/state/network-states.ts';

/** How long an answer that was read may be given again without asking, milliseconds: gateways report once a second at most. */
const FRESH_MS = 250;
/** Reports of so many gateways are remembered, and answers to so many questions about states. */
const MOST_REPORTS = 1000;
const MOST_QUESTIONS = 16;

/** What a network's object answered a moment ago, by a name for the question. */
export class RecentAnswers<T> {
  readonly #most: number;
  readonly #known = new Map<string, { readonly answer: T; readonly readAt: number }>();

  /** `most`: answers that are remembered, the newest. */
  constructor(most: number) {
    this.#most = most;
  }

  /** `now`: unix milliseconds. */
  find(name: string, now: number): { readonly answer: T } | undefined {
    const known = this.#known.get(name);
    return known && now - known.readAt < FRESH_MS ? known : undefined;
  }

  keep(name: string, answer: T, now: number): void {
    this.#known.delete(name);
    this.#known.set(name, { answer, readAt: now });
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#most && oldest !== undefined) this.#known.delete(oldest);
  }
}

/**
 * What this isolate read of networks a moment ago: who polls a gateway or a page of a dashboard need not occupy the network's only object
 * each time. To be asked only for who has been let in.
 */
export interface Recently {
  /** By network and gateway; undefined: the gateway had not reported. */
  readonly reports: RecentAnswers<GatewayReport | undefined>;
  /** By network and query. */
  readonly states: RecentAnswers<Subjects>;
}

export const recently = (): Recently => ({ reports: new RecentAnswers(MOST_REPORTS), states: new RecentAnswers(MOST_QUESTIONS) });
