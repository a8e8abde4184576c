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

/** A write of two statements. */
rest.put('/pair/:id', async (c) => {
  const body = await c.req.text();
  const write = c.env.DB.prepare('INSERT INTO documents (id, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body');
  const id = c.req.param('id');
  await c.env.DB.batch([write.bind(id, body), write.bind(`${id}/log`, body)]);
  return c.body(null, 204);
});

/** Rows as they came, line by line a JSON array of [id, body]: each line is one statement. */
rest.post('/rows', async (c) => {
  const insert = c.env.DB.prepare("INSERT INTO documents (id, body) SELECT value ->> '$[0]', value ->> '$[1]' FROM json_each(?)");
  await c.env.DB.batch((await c.req.text()).split('\n').map((line) => insert.bind(line)));
  return c.body(null, 204);
});

function points(db: D1Database, count: number, id: string): D1PreparedStatement[] {
  return Array.from({ length: count }, () => db.prepare(ONE).bind(id));
}
