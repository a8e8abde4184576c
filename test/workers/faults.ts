import { runInDurableObject } from 'cloudflare:test';
import type { ObjectBindings } from '../../durable-objects/ports.ts';

/** Puts other bindings into a running object; an eviction brings the real ones back. */
export async function rebind(stub: DurableObjectStub, change: (real: ObjectBindings) => Partial<ObjectBindings>): Promise<void> {
  await runInDurableObject(stub, (instance) => {
    const holder = instance as unknown as { env: ObjectBindings };
    holder.env = { ...holder.env, ...change(holder.env) };
  });
}

export interface D1Trips {
  reads: number;
  writes: number;
  /** Set to have each further trip fail. */
  fail: boolean;
  /** How long each further trip takes longer, milliseconds. */
  delay: number;
}

/** Counts an object's round trips to D1: a batch is one. */
export async function countD1(stub: DurableObjectStub): Promise<D1Trips> {
  const trips: D1Trips = { reads: 0, writes: 0, fail: false, delay: 0 };
  const trip = async (sql: string): Promise<void> => {
    if (trips.delay > 0) await new Promise((resolve) => setTimeout(resolve, trips.delay));
    if (trips.fail) throw new Error('D1_ERROR: Network connection lost.');
    if (/^\s*(SELECT|WITH)/i.test(sql)) trips.reads += 1;
    else trips.writes += 1;
  };
  await rebind(stub, ({ DB }) => {
    const texts = new WeakMap<object, string>();
    const note = (statement: D1PreparedStatement, sql: string): D1PreparedStatement => {
      texts.set(statement, sql);
      return new Proxy(statement, {
        get(target, name) {
          if (name === 'bind') return (...values: unknown[]) => note(target.bind(...values), sql);
          if (name === 'raw statement') return target;
          const member = Reflect.get(target, name) as unknown;
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            await trip(sql);
            return (member as (...given: unknown[]) => unknown).apply(target, args);
          };
        },
      });
    };
    const counting = {
      prepare: (sql: string) => note(DB.prepare(sql), sql),
      batch: async (statements: D1PreparedStatement[]) => {
        const raw = statements.map(
          (statement) => (statement as unknown as Record<string, D1PreparedStatement>)['raw statement'] ?? statement,
        );
        await trip(texts.get(raw[0] ?? {}) ?? '');
        return DB.batch(raw);
      },
    };
    return { DB: counting as unknown as D1Database };
  });
  return trips;
}

/** A namespace in which calls of the objects that `broken` names fail; others are reached. Calls are noted by name. */
export function unreliable(real: DurableObjectNamespace, broken: (name: string) => boolean, calls: string[] = []): DurableObjectNamespace {
  const getByName = (name: string): unknown =>
    new Proxy(real.getByName(name), {
      get: (stub, method) => {
        const member = Reflect.get(stub, method) as unknown;
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          calls.push(`${name}.${String(method)}`);
          if (broken(name)) throw new Error('the object is out of reach');
          // Called by name: `apply` of a stub's method would be a call to the object too.
          return (stub as unknown as Record<PropertyKey, (...given: unknown[]) => unknown>)[method]?.(...args);
        };
      },
    });
  return { getByName } as unknown as DurableObjectNamespace;
}
