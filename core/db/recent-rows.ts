import type { Row, Statement } from './statement.ts';

/** How long rows may be used again, milliseconds. A request that was let in may be on its way for as long, so nobody can tell the difference. */
const FRESH_MS = 250;
/** Results of so many statements are remembered. */
const MOST = 500;

interface Remembered {
  readonly rows: Row[];
  /** Unix milliseconds. */
  readonly readAt: number;
}

/**
 * What one isolate read from D1 a moment ago: who does many things in a row is not looked up for each of them. Commits of the isolate
 * forget what they may have changed; that others commit elsewhere is seen when the moment is over.
 */
export class Recent {
  /** Who callers are and what they may. */
  readonly rights: RecentRows;
  /** Everything else. */
  readonly content: RecentRows;

  /** `now`: unix milliseconds. */
  constructor(now: () => number) {
    this.rights = new RecentRows(now);
    this.content = new RecentRows(now);
  }
}

/** Rows of statements, for as long as they are fresh. */
export class RecentRows {
  readonly #now: () => number;
  readonly #known = new Map<string, Remembered>();
  #generation = 0;

  /** `now`: unix milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** To be taken before rows are read, and given back with them. */
  get generation(): number {
    return this.#generation;
  }

  /** The rows of each statement; undefined when those of one are not known. */
  find(statements: readonly Statement[]): Row[][] | undefined {
    const oldest = this.#now() - FRESH_MS;
    const all: Row[][] = [];
    for (const statement of statements) {
      const known = this.#known.get(nameOf(statement));
      // What comes from the future was read before the clock was set back.
      if (!known || known.readAt <= oldest || known.readAt > this.#now()) return undefined;
      all.push(known.rows);
    }
    return all;
  }

  /** Rows that were read before a commit are not kept after it. */
  keep(statements: readonly Statement[], results: readonly Row[][], generation: number): void {
    if (generation !== this.#generation) return;
    for (const [index, statement] of statements.entries()) {
      const name = nameOf(statement);
      this.#known.delete(name);
      this.#known.set(name, { rows: results[index] ?? [], readAt: this.#now() });
    }
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(oldest);
    }
  }

  forget(): void {
    this.#generation += 1;
    this.#known.clear();
  }
}

const nameOf = ({ sql, params }: Statement): string => `${JSON.stringify(params)} ${sql}`;
