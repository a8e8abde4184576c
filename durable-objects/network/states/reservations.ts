import { OrcError } from '../../../core/errors.ts';

/** How long a number that was given to somebody stays his before a report shows that he uses it. */
const HELD_MS = 10 * 60_000;
/** How often a number is drawn before it is given up: hardly any is taken. */
const DRAWS = 1000;

const draw = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** Numbers (32 bits, not 0) that are no keys of an index, each given to one asker. */
export class Reservations {
  readonly #sql: SqlStorage;
  readonly #draw: () => number;

  constructor(sql: SqlStorage, random: () => number = draw) {
    this.#sql = sql;
    this.#draw = random;
  }

  /** Error: `unavailable` when none was found. */
  reserve(index: string, now: number): number {
    this.#sql.exec('DELETE FROM reserved_numbers WHERE until <= ?', now);
    for (let count = 0; count < DRAWS; count += 1) {
      const number = this.#draw();
      if (number === 0 || this.#taken(index, number)) continue;
      this.#sql.exec('INSERT INTO reserved_numbers (name, number, until) VALUES (?, ?, ?)', index, number, now + HELD_MS);
      return number;
    }
    throw new OrcError('unavailable', `no number is free in ${index}`);
  }

  #taken(index: string, number: number): boolean {
    const found = this.#sql.exec(
      `SELECT 1 AS one FROM state_entries WHERE key = ? AND name = ?
       UNION ALL SELECT 1 FROM reserved_numbers WHERE name = ? AND number = ? LIMIT 1`,
      ...[String(number), index, index, number],
    );
    return found.toArray().length > 0;
  }
}
