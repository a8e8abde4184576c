import { Hono } from 'hono';

// Bare handlers with as many D1 statements of the same kinds as the product's, all in one batch, and no product around them.
type Bindings = { DB: D1Database };

export const rest: Hono<{ Bindings: Bindings }> = new Hono();

const ONE = 'SELECT body FROM documents WHERE id = ?';
const PAGE = 'SELECT id, body FROM documents WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3';

/** A document, with so many point reads altogether. */
rest.get('/one/:id', async (c) => {
  const id = c.req.param('id');
  const results = await c.env.DB.batch<{ body: string }>(points(c.env.DB, Number(c.req.query('points')), id));
  const row = results.at(-1)?.results[0];
  return row ? c.json(JSON.parse(row.body)) : c.notFound();
});

/** The first `rows` documents whose id begins with `prefix`, by id, after so many point reads. */
rest.get('/page/:prefix', async (c) => {
  const prefix = c.req.param('prefix');
  const page = c.env.DB.prepare(PAGE).bind(prefix, `${prefix}~`, Number(c.req.query('rows')));
  const results = await c.env.DB.batch<{ id: string; body: string }>([...points(c.env.DB, Number(c.req.query('points')), prefix), page]);
  return c.json(Object.fromEntries((results.at(-1)?.results ?? []).map(({ id, body }) => [id, JSON.parse(body)])));
});

const ENTITY = 'INSERT INTO entities (network_id, type, key, name, description, config, version)';
const PUT_ENTITY = `${ENTITY} VALUES ('bench', 'subscriber', ?1, ?2 ->> '$.name', '', ?2, 1)
  ON CONFLICT (network_id, type, key) DO UPDATE SET name = excluded.name, config = excluded.config, version = version + 1`;
const PUT_AUDIT = `INSERT INTO audit (at, actor, action, network_id, target, outcome, request_id) VALUES (?, 'bench', 'put', 'bench', ?, 'ok', '')`;
const ADD_ENTITIES = `${ENTITY} SELECT 'bench', 'subscriber', value ->> '$[0]', value ->> '$[1]', '', value -> '$[2]', 1 FROM json_each(?)`;
const ADD_EDGES = `INSERT INTO associations (network_id, from_type, from_key, to_type, to_key)
  SELECT 'bench', 'subscriber', value ->> '$[0]', 'apn', value ->> '$[3]' FROM json_each(?)`;

const ADD_REVISIONS = `INSERT INTO revisions (network_id, version, type, key, before, after, actor, request_id, at)
  SELECT 'bench', 1, 'subscriber', value ->> '$[0]', NULL, value, 'bench', '', 0 FROM json_each(?)`;

/** A write of two statements, to the product's own tables with their indexes: the entity, and who did it. */
rest.put('/pair/:id', async (c) => {
  const { DB: db } = c.env;
  const id = c.req.param('id');
  const body = await c.req.text();
  await db.batch([db.prepare(PUT_ENTITY).bind(id, body), db.prepare(PUT_AUDIT).bind(Date.now(), id)]);
  return c.body(null, 204);
});

/**
 * Rows that the product would make of subscribers, as they came, line by line a JSON array of [key, name, config, APN]: entities and edges,
 * with `history` their revisions too.
 */
rest.post('/rows', async (c) => {
  const { DB: db } = c.env;
  const inserts = c.req.query('history') === 'true' ? [ADD_ENTITIES, ADD_EDGES, ADD_REVISIONS] : [ADD_ENTITIES, ADD_EDGES];
  const lines = (await c.req.text()).split('\n');
  await db.batch(lines.flatMap((line) => inserts.map((sql) => db.prepare(sql).bind(line))));
  return c.body(null, 204);
});

function points(db: D1Database, count: number, id: string): D1PreparedStatement[] {
  return Array.from({ length: count }, () => db.prepare(ONE).bind(id));
}
