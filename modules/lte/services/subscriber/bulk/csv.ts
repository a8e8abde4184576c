import { invalid } from '../../../../../core/errors.ts';
import { type Found, MAX_LINE, type RecordReader, tooLong } from './lines.ts';

/** Records of CSV as RFC 4180 has it: quotes around cells that hold commas, quotes (doubled) or line ends. Empty lines are left out. */
export class CsvReader implements RecordReader<string[]> {
  #cells: string[] = [];
  #cell = '';
  #quoted = false;
  /** A quote inside a quoted cell: the end of it, or half of a doubled one. */
  #maybeEnd = false;
  #line = 1;
  #began = 1;
  #size = 0;

  push(text: string): Found<string[]>[] {
    const found: Found<string[]>[] = [];
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
      }
      if (char === '\n') this.#line += 1;
      if (this.#quoted) {
        if (char === '"') this.#maybeEnd = true;
        else this.#cell += char;
      } else if (char === '"' && this.#cell === '') this.#quoted = true;
      else if (char === ',') this.#endCell();
      else if (char === '\n') found.push(...this.#endRecord());
      else if (char !== '\r') this.#cell += char;
    }
    return found;
  }

  /** Error: `invalid` for a quote that is never closed. */
  end(): Found<string[]>[] {
    if (this.#quoted && !this.#maybeEnd) throw invalid(`line ${this.#began}: a quote is never closed`);
    return this.#endRecord();
  }

  #endCell(): void {
    this.#cells.push(this.#cell.trim());
    this.#cell = '';
  }

  #endRecord(): Found<string[]>[] {
    this.#endCell();
    const record = { line: this.#began, value: this.#cells };
    this.#cells = [];
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

/** How the cell of each column becomes a property; those of `lte` by their own names. */
const COLUMNS: Readonly<Record<string, { readonly lte?: true; readonly read: (cell: string) => unknown }>> = {
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
  static_ips: { read: (cell) => Object.fromEntries(pairs(cell)) },
  active_policies_by_apn: {
    read: (cell) => Object.fromEntries(pairs(cell).map(([apn, rules]) => [apn, rules.split('|').flatMap((rule) => rule.trim() || [])])),
  },
};

/** The column in which a place of a subscriber's JSON stands: `state` for `body.lte.state`. Other places stay as they are. */
export function columnOf(path: string): string {
  const [, name = ''] = /^body\.lte\.(\w+)$/.exec(path) ?? [];
  return Object.hasOwn(COLUMNS, name) && COLUMNS[name]?.lte ? `body.${name}` : path;
}

/** Makes of the records below a header line what the JSON of a subscriber would be. Error: `invalid` for a header that is wrong. */
export function subscriberOfRecord(header: readonly string[]): (cells: readonly string[]) => unknown {
  const unknown = header.filter((name) => !Object.hasOwn(COLUMNS, name));
  const known = Object.keys(COLUMNS).join(', ');
  if (unknown.length > 0)
    throw invalid(`line 1: there is no column ${unknown.map((name) => `"${name.slice(0, 100)}"`).join(', ')}; there are ${known}`);
  if (!header.includes('id')) throw invalid(`line 1: the column "id" is missing; columns are ${known}`);
  if (new Set(header).size < header.length) throw invalid('line 1: a column is there twice');
  return (cells) => {
    const lte: Record<string, unknown> = {};
    const subscriber: Record<string, unknown> = { lte };
    for (const [index, name] of header.entries()) {
      const cell = cells[index] ?? '';
      const column = COLUMNS[name];
      if (cell === '' || !column) continue;
      (column.lte ? lte : subscriber)[name] = column.read(cell);
    }
    return subscriber;
  };
}
