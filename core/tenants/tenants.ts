import { type SQL, sql } from 'drizzle-orm';
import { commitGuard, tenantNetworks, tenants } from '../db/schema.ts';
import { compile, query, type Query, type Row, type Statement } from '../db/statement.ts';

/** Some networks under one owner. */
export interface Tenant {
  readonly id: number;
  readonly name: string;
  /** In the order given; they need not exist, and one may belong to several tenants (REST-BEHAVIOUR 13). */
  readonly networks: readonly string[];
  readonly controlProxy: string | null;
  /** Rises by one with each change. */
  readonly version: number;
}

const p = sql.placeholder;

const columns = sql`t.id AS id, t.name AS name, t.control_proxy AS control_proxy, t.version AS version,
  (SELECT json_group_array(network_id) FROM (SELECT network_id FROM ${tenantNetworks} WHERE tenant_id = t.id ORDER BY position)) AS networks`;

const readTenant = (row: Row): Tenant => ({
  id: Number(row['id']),
  name: String(row['name']),
  networks: JSON.parse(String(row['networks'])) as string[],
  controlProxy: row['control_proxy'] === null ? null : String(row['control_proxy']),
  version: Number(row['version']),
});

/** All tenants, by id. */
export const allTenants: () => Query<Tenant[]> = () => everyTenant({});
const everyTenant = query<Tenant[]>(sql`SELECT ${columns} FROM ${tenants} AS t ORDER BY t.id`, (rows) => rows.map(readTenant));

/** One tenant, or undefined. */
export const tenantById: (values: { id: number }) => Query<Tenant | undefined> = query<Tenant | undefined, 'id'>(
  sql`SELECT ${columns} FROM ${tenants} AS t WHERE t.id = ${p('id')}`,
  ([row]) => row && readTenant(row),
);

/** A column with the control_proxy text for gateways of a network: that of the first tenant, by id, that owns it and has one. */
export const controlProxyColumn = (networkId: SQL): SQL =>
  sql`(SELECT t.control_proxy FROM ${tenantNetworks} AS n JOIN ${tenants} AS t ON t.id = n.tenant_id
       WHERE n.network_id = ${networkId} AND t.control_proxy IS NOT NULL ORDER BY t.id LIMIT 1)`;

const insert = compile<'id' | 'name'>(sql`INSERT INTO ${tenants} (id, name, version) VALUES (${p('id')}, ${p('name')}, 1)`);
const rename = compile<'id' | 'name'>(sql`UPDATE ${tenants} SET name = ${p('name')}, version = version + 1 WHERE id = ${p('id')}`);
const setProxy = compile<'id' | 'text'>(
  sql`UPDATE ${tenants} SET control_proxy = ${p('text')}, version = version + 1 WHERE id = ${p('id')}`,
);
const remove = compile<'id'>(sql`DELETE FROM ${tenants} WHERE id = ${p('id')}`);
const dropNetworks = compile<'id'>(sql`DELETE FROM ${tenantNetworks} WHERE tenant_id = ${p('id')}`);
const addNetworks = compile<'id' | 'networks'>(
  sql`INSERT INTO ${tenantNetworks} (tenant_id, position, network_id) SELECT ${p('id')}, key, value FROM json_each(${p('networks')})`,
);
const guard = compile<'id' | 'version'>(
  sql`INSERT INTO ${commitGuard} (expected) SELECT COALESCE((SELECT version FROM ${tenants} WHERE id = ${p('id')}), 0) = ${p('version')}`,
);
const clearGuard = compile(sql`DELETE FROM ${commitGuard}`);

/** Fails the transaction with `precondition_failed` when the tenant is not at this version any more. */
const unchanged = ({ id, version }: Pick<Tenant, 'id' | 'version'>): Statement[] => [guard({ id, version }), clearGuard({})];

export const createTenant = (tenant: Pick<Tenant, 'id' | 'name' | 'networks'>): Statement[] => [
  insert({ id: tenant.id, name: tenant.name }),
  addNetworks({ id: tenant.id, networks: JSON.stringify(tenant.networks) }),
];

/** Replaces name and networks of a tenant as it was read. */
export const updateTenant = (current: Tenant, { name, networks }: Pick<Tenant, 'name' | 'networks'>): Statement[] => [
  ...unchanged(current),
  rename({ id: current.id, name }),
  dropNetworks({ id: current.id }),
  addNetworks({ id: current.id, networks: JSON.stringify(networks) }),
];

export const setControlProxy = (current: Tenant, text: string): Statement[] => [...unchanged(current), setProxy({ id: current.id, text })];

export const deleteTenant = (current: Tenant): Statement[] => [...unchanged(current), remove({ id: current.id })];
