import { type Fault, invalid } from '../../../../../core/errors.ts';
import { NO_KEY } from '../../../../../core/rest/json-form.ts';
import { type Found, MAX_LINE, type RecordReader, tooLong } from './lines.ts';
import type { Parsed } from './rows.ts';

/** A record's cells. */
export interface CsvRecord extends Found<string[]> {
  /** Why they are not what was meant. */
  readonly fault?: string;
}

/** Records of CSV as RFC 4180 has it: quotes around cells that hold commas, quotes (doubled) or line ends. Empty lines are left out. */
export class CsvReader implements RecordReader<string[]> {
  #cells: string[] = [];
  #cell = '';
  #quoted = false;
  /** A quote inside a quoted cell: the end of it, or half of a doubled one. */
  #maybeEnd = false;
  /** The cell had its quotes: only blanks may follow. */
  #closed = false;
  #fault: string | undefined;
  #line = 1;
  #began = 1;
  #size = 0;

  push(text: string): CsvRecord[] {
    const found: CsvRecord[] = [];
    for (const char of text) {
      this.#size += 1;
      if (this.#size > MAX_LINE) throw tooLong(this.#began);
      if (this.#maybeEnd) {
        this.#maybeEnd = false;
        if (char === '"') {
          this.#cell += char;
          continue;
        }
        this.#quoted = false;
        this.#closed = true;
      }
      if (char === '\n') this.#line += 1;
      if (this.#quoted) {
        if (char === '"') this.#maybeEnd = true;
        else this.#cell += char;
      } else if (char === ',') this.#endCell();
      else if (char === '\n') found.push(...this.#endRecord());
      else if (this.#closed) this.#fault ??= char.trim() === '' ? undefined : this.#afterQuotes();
      else if (char === '"' && this.#cell === '') this.#quoted = true;
      else this.#cell += char;
    }
    return found;
  }

  /** Error: `invalid` for a quote that is never closed. */
  end(): CsvRecord[] {
    if (this.#quoted && !this.#maybeEnd) throw invalid(`line ${this.#began}: a quote is never closed`);
    return this.#endRecord();
  }

  #afterQuotes = (): string =>
    `cell ${this.#cells.length + 1}: something follows its closing quote; a quote inside a cell is written twice`;

  #endCell(): void {
    this.#cells.push(this.#cell.trim());
    this.#cell = '';
    this.#quoted = false;
    this.#closed = false;
  }

  #endRecord(): CsvRecord[] {
    this.#endCell();
    const record = { line: this.#began, value: this.#cells, ...(this.#fault === undefined ? {} : { fault: this.#fault }) };
    this.#cells = [];
    this.#fault = undefined;
    this.#size = 0;
    this.#began = this.#line;
    return record.value.length === 1 && record.value[0] === '' ? [] : [record];
  }
}

const list = (cell: string): string[] => cell.split(';').flatMap((item) => item.trim() || []);
const pairs = (cell: string): [string, string][] =>
  list(cell).map((item) => {
    const at = item.indexOf('=');
    return at < 0 ? [item, ''] : [item.slice(0, at).trim(), item.slice(at + 1).trim()];
  });
/** SIM makers write keys as hex; 32 characters of base64 would be 24 bytes, so the two cannot be confused. */
const key = (cell: string): string => (/^[0-9A-Fa-f]{32}$/.test(cell) ? hexToBase64(cell) : cell);
const hexToBase64 = (hex: string): string =>
  btoa((hex.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join(''));
const plain = (cell: string): string => cell;

/** What of a cell of pairs could not be kept: of two for one access point the second would win, and an object loses `__proto__`. */
function lost(cell: string, name: string): Fault[] {
  const apns = pairs(cell).map(([apn]) => apn);
  return [...new Set(apns)].flatMap((apn) => {
    const path = `body.${name}.${apn}`;
    if (apn === '__proto__') return [{ path, message: NO_KEY }];
    return apns.indexOf(apn) < apns.lastIndexOf(apn) ? [{ path, message: 'is there twice' }] : [];
  });
}

interface Column {
  readonly lte?: true;
  readonly read: (cell: string) => unknown;
  readonly faults?: typeof lost;
}

/** How the cell of each column becomes a property; those of `lte` by their own names. */
const COLUMNS: Readonly<Record<string, Column>> = {
  id: { read: plain },
  name: { read: plain },
  state: { lte: true, read: plain },
  auth_algo: { lte: true, read: plain },
  auth_key: { lte: true, read: key },
  auth_opc: { lte: true, read: key },
  sub_profile: { lte: true, read: plain },
  active_apns: { read: list },
  active_policies: { read: list },
  active_base_names: { read: list },
  forbidden_network_types: { read: list },
  static_ips: { read: (cell) => Object.fromEntries(pairs(cell)), faults: lost },
  active_policies_by_apn: {
    read: (cell) => Object.fromEntries(pairs(cell).map(([apn, rules]) => [apn, rules.split('|').flatMap((rule) => rule.trim() || [])])),
    faults: lost,
  },
};

/** The column in which a place of a subscriber's JSON stands: `state` for `body.lte.state`. Other places stay as they are. */
export function columnOf(path: string): string {
  const [, name = ''] = /^body\.lte\.(\w+)$/.exec(path) ?? [];
  return Object.hasOwn(COLUMNS, name) && COLUMNS[name]?.lte ? `body.${name}` : path;
}

/** Cells that are told of a header that is none. */
const MAX_TOLD = 10;

/** Makes of the records below a header line what the JSON of a subscriber would be. Error: `invalid` for a header that is wrong. */
export function subscriberOfRecord(header: readonly string[]): (cells: readonly string[]) => Parsed {
  const unknown = header.flatMap((name, index) => (Object.hasOwn(COLUMNS, name) ? [] : [index + 1]));
  const known = Object.keys(COLUMNS).join(', ');
  // By their positions: where a header is missing, what stands there are the first subscriber's keys.
  if (unknown.length > 0) {
    const more = unknown.length > MAX_TOLD ? ` and ${unknown.length - MAX_TOLD} more` : '';
    throw invalid(
      `line 1 has to name the columns: there is none of the name in cell ${unknown.slice(0, MAX_TOLD).join(', ')}${more}; there are ${known}`,
    );
  }
  if (!header.includes('id')) throw invalid(`line 1: the column "id" is missing; columns are ${known}`);
  if (new Set(header).size < header.length) throw invalid('line 1: a column is there twice');
  return (cells) => {
    const lte: Record<string, unknown> = {};
    const subscriber: Record<string, unknown> = { lte };
    const faults: Fault[] = [];
    for (const [index, name] of header.entries()) {
      const cell = cells[index] ?? '';
      const column = COLUMNS[name];
      if (cell === '' || !column) continue;
      (column.lte ? lte : subscriber)[name] = column.read(cell);
      faults.push(...(column.faults?.(cell, name) ?? []));
    }
    return { value: subscriber, faults };
  };
}
