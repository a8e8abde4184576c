/** What was asked of D1 since this was last taken. */
export interface D1Count {
  /** Calls, each a journey to the database and back. */
  readonly trips: number;
  /** Statements in them. */
  readonly queries: number;
}

const asked = { trips: 0, queries: 0 };
const RUNS: ReadonlySet<PropertyKey> = new Set(['run', 'all', 'first', 'raw']);
/** The runtime takes its own statements alone. */
const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();

function count(queries: number): void {
  asked.trips += 1;
  asked.queries += queries;
}

/** A database that counts what is asked of it. One isolate runs the Worker and its objects, so one count holds all. */
export function counted(db: D1Database): D1Database {
  return new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') return (sql: string) => countedStatement(target.prepare(sql));
      if (name === 'batch')
        return (statements: D1PreparedStatement[]) => {
          count(statements.length);
          return target.batch(statements.map((statement) => originals.get(statement) ?? statement));
        };
      if (name === 'exec')
        return (sql: string) => {
          count(1);
          return target.exec(sql);
        };
      throw new Error(`the product uses ${String(name)} of D1, which is not counted`);
    },
  });
}

function countedStatement(statement: D1PreparedStatement): D1PreparedStatement {
  const proxy: D1PreparedStatement = new Proxy(statement, {
    get(target, name) {
      if (name === 'bind') return (...values: unknown[]) => countedStatement(target.bind(...values));
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        if (RUNS.has(name)) count(1);
        return Reflect.apply(member, target, given);
      };
    },
  });
  originals.set(proxy, statement);
  return proxy;
}

export function take(): D1Count {
  const taken = { ...asked };
  asked.trips = 0;
  asked.queries = 0;
  return taken;
}
