import { networkMigrations } from '../../durable-objects/network/schema.ts';
import { NetworkStates } from '../../durable-objects/network/states/network-states.ts';
import { modules } from '../../modules/index.ts';
import { objectSql } from './object-sql.ts';

const stateTypes = new Map(modules.flatMap((module) => Object.entries(module.stateTypes ?? {})));
const stateIndexers = modules.flatMap((module) => module.stateIndexers ?? []);

/** What a network object knows of reported states, with the types and indexers of all modules. */
export const networkStates = (): NetworkStates =>
  new NetworkStates({ sql: objectSql(networkMigrations), transactionSync: (work) => work() }, { stateTypes, stateIndexers });
