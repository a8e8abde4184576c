import { Placeholder, type SQL } from 'drizzle-orm';
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core';

export type Param = string | number | null;
export type Row = Record<string, unknown>;

/** One statement with its parameters, ready to be bound. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly Param[];
}

/** A statement that reads, and how its rows become a value. */
export interface Query<T> extends Statement {
  readonly read: (rows: readonly Row[]) => T;
}

const dialect = new SQLiteAsyncDialect();

type Values<Names extends string> = Record<Names, Param>;

/**
 * Compiles a drizzle `sql` template with named placeholders, when its module loads.
 * Building the text anew for each request costs a fifth of a D1 round trip here, compiling once costs nothing.
 */
export function compile<Names extends string = never>(source: SQL): (values: Values<Names>) => Statement {
  const built = dialect.sqlToQuery(source);
  const slots = built.params.map((param) =>
    param instanceof Placeholder ? (values: Values<Names>) => values[String(param.name) as Names] : () => param as Param,
  );
  return (values) => ({ sql: built.sql, params: slots.map((slot) => slot(values)) });
}

/** A compiled read. */
export function query<T, Names extends string = never>(
  source: SQL,
  read: (rows: readonly Row[]) => T,
): (values: Values<Names>) => Query<T> {
  const bind = compile<Names>(source);
  return (values) => ({ ...bind(values), read });
}
