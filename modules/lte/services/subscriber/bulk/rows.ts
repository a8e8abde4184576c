import type { Fault } from '../../../../../core/errors.ts';
import { mended } from '../../../../../core/rest/mending/hidden-faults.ts';
import { isAt } from '../../../../../core/rest/mending/places.ts';
import { attempt } from '../../../../../core/rest/parse.ts';
import { type MutableSubscriber, mutableSubscriber } from '../../../schemas/subscriber.ts';
import type { Found } from './lines.ts';
import { MAX_FAULTS, MAX_LISTED, sizeOf } from './report.ts';

/** What a line holds. */
export interface Parsed {
  /** Left out: nothing that could be looked at further. */
  readonly value?: unknown;
  /** What reading it has shown already. */
  readonly faults: readonly Fault[];
}

/** A line, with what is wrong with it by itself. */
export interface Row {
  readonly line: number;
  /** As the line gives it. */
  readonly id: unknown;
  /** What can be looked at further; undefined: nothing of it. */
  readonly subscriber: MutableSubscriber | undefined;
  /** Where something right stands instead of what the line says. */
  readonly places: readonly string[];
  /** None: it is good so far. */
  readonly faults: readonly Fault[];
}

/** Looking further takes several times what parsing does: refused lines after which it should be known who asks. */
const UNASKED = 100;

/** Takes lines as they come, each on its own but for ids that come again; holds no more of refused ones than a report can tell. */
export class Rows {
  readonly #kept: Row[] = [];
  /** Lines of the subscribers whose form is right. */
  readonly #lineOf = new Map<string, number>();
  #refused = 0;
  #size = 0;
  #untold = 0;

  /** In the order of their lines. */
  get all(): readonly Row[] {
    return this.#kept;
  }

  /** Refused lines besides. */
  get untold(): number {
    return this.#untold;
  }

  /** So many lines were refused that the next should only be taken once it is settled who asks. */
  get dear(): boolean {
    return this.#refused >= UNASKED;
  }

  take({ line, value: { value, faults } }: Found<Parsed>): void {
    if (value === undefined) this.#keep({ ...nothing, line, faults });
    else {
      const read = attempt(mutableSubscriber, value, 'body');
      if (read.ok) this.#takeWhole(line, read.value, faults);
      else if (this.#isFull()) this.#untold += 1;
      else {
        this.#refused += 1;
        const id = (value as { id?: unknown } | null)?.id;
        const row = this.#mended(read);
        this.#keep({ line, id, ...row, faults: [...faults, ...row.faults].slice(0, MAX_FAULTS) });
      }
    }
  }

  #takeWhole(line: number, subscriber: MutableSubscriber, read: readonly Fault[]): void {
    const faults = [...read, ...this.#twice(subscriber.id)];
    if (faults.length === 0) this.#lineOf.set(subscriber.id, line);
    this.#keep({ line, id: subscriber.id, subscriber, places: [], faults });
  }

  #mended(read: Extract<ReturnType<typeof attempt>, { ok: false }>): Omit<Row, 'line' | 'id'> {
    const { value: subscriber, faults = [], places = [] } = mended(mutableSubscriber, read) ?? {};
    const twice = subscriber && !isAt('body.id', places) ? this.#twice(subscriber.id) : [];
    return { subscriber, places, faults: [...read.faults, ...faults, ...twice].slice(0, MAX_FAULTS) };
  }

  #twice(id: string): Fault[] {
    const first = this.#lineOf.get(id);
    return first === undefined ? [] : [{ path: 'body.id', message: `is in line ${first} already` }];
  }

  #keep(row: Row): void {
    if (row.faults.length === 0) this.#kept.push(row);
    else if (this.#isFull()) this.#untold += 1;
    else {
      this.#kept.push(row);
      this.#size += sizeOf(row.faults);
    }
  }

  #isFull(): boolean {
    return this.#size > MAX_LISTED;
  }
}

const nothing = { id: undefined, subscriber: undefined, places: [] };
