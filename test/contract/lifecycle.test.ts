import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { isObject } from './json-schema.ts';
import { startContractPlatform } from './started.ts';
import { bodies } from './resources.ts';
import { lifecycles, parts } from './lifecycles.ts';
import { bodiesOf } from './requests.ts';
import { successOf } from './statuses.ts';
import { told, variantsOf } from './variants.ts';

const { platform, ask, probes } = await startContractPlatform();

afterEach(() => platform.restore());
afterAll(() => platform.store.close());

/** What PUT replaces, the last parameter without its name. */
const replaceable = new Set(probes.filter(({ method }) => method === 'PUT').map(({ route }) => route.path.replace(/\{\w+\}$/, '{}')));

const send = (method: string, path: string, body?: unknown) =>
  ask({ method, path, body: body === undefined ? undefined : JSON.stringify(body) });
const read = async (path: string): Promise<unknown> => {
  const { status, text } = await send('GET', path);
  expect(status, `GET ${path}: ${text}`).toBe(200);
  return JSON.parse(text) as unknown;
};
/** Whether a list, in whichever form, has this id. */
const lists = (list: unknown, id: string): boolean => {
  if (Array.isArray(list))
    return list.some((item) => item === id || (isObject(item) && Object.values(item).some((value) => String(value) === id)));
  return isObject(list) && (id in list || Object.values(list).some((inner) => typeof inner === 'object' && lists(inner, id)));
};

const FAMILIES: Readonly<Record<string, string>> = { feg: 'feg1', cwf: 'cwf1' };

describe.each(lifecycles)('$one', ({ all, one, body, id: named, list = all, created = body, other, idOf, shown }) => {
  const at = (template: string, id = named): string =>
    template.replace('{network_id}', FAMILIES[template.split('/')[1] ?? ''] ?? 'lte1').replace(/\{(id|domain)\}/, id);
  const seen = (sent: unknown): unknown => shown ?? told(sent);

  it('is made, read back, listed, changed and deleted', async () => {
    expect((await send('GET', at(one))).status).toBe(404);
    expect(lists(await read(at(list)), named)).toBe(false);

    const made = await send('POST', at(all), created);
    expect(made.status, made.text).toBe(successOf(`POST ${all}`));
    const id = idOf?.(made.text, await read(at(list))) ?? named;
    const item = at(one, id);
    const first = await read(item);
    if (isObject(first)) expect(first).toMatchObject(seen(body) as object);
    else expect(first).toEqual(seen(body));
    expect(lists(await read(at(list)), id)).toBe(true);

    if (shown === undefined && replaceable.has(one.replace('{id}', '{}'))) {
      let changed = false;
      for (const variant of [...(other === undefined ? [] : [other]), ...variantsOf(body)]) {
        const answered = await send('PUT', item, variant);
        expect(answered.status, answered.text).toBeLessThan(500);
        const now = await read(item);
        changed = answered.status < 300 && JSON.stringify(now) !== JSON.stringify(first);
        if (changed) {
          expect(now).toMatchObject(seen(variant) as object);
          break;
        }
        expect(now, `${answered.status} ${answered.text}`).toEqual(first);
      }
      expect(changed).toBe(true);
    }

    const gone = await send('DELETE', item);
    expect(gone.status, gone.text).toBeLessThan(300);
    expect((await send('GET', item)).status).toBe(404);
    expect(lists(await read(at(list)), id)).toBe(false);
    expect((await send('POST', at(all), created)).status).toBe(made.status);
  });
});

describe('each PUT', () => {
  const puts = probes.filter(
    ({ method, route }) => method === 'PUT' && probes.some((other) => other.method === 'GET' && other.route.path === route.path),
  );

  it('is shown by the GET of the same path, and repeated changes nothing', async () => {
    const faults: string[] = [];
    for (const probe of puts) {
      const { path, route } = probe;
      if (HIDDEN.has(route.operationId)) continue;
      const before = JSON.stringify(await read(path));
      let shown = false;
      for (const variant of bodiesOf(probe)) {
        const answered = await send('PUT', path, variant);
        const now = await read(path);
        if (answered.status >= 300) {
          if (JSON.stringify(now) !== before) faults.push(`${route.operationId}: ${answered.status}, but it changed`);
          continue;
        }
        if (JSON.stringify(now) === before) continue;
        shown = true;
        try {
          if (isObject(now)) expect(now).toMatchObject(told(variant) as object);
          else expect(now).toEqual(variant);
          await send('PUT', path, variant);
          expect(await read(path)).toEqual(now);
        } catch (error) {
          faults.push(
            `${route.operationId}: ${error instanceof Error ? error.message : String(error)} sent ${JSON.stringify(variant).slice(0, 200)} shown ${JSON.stringify(now).slice(0, 200)}`,
          );
        }
        break;
      }
      if (!shown) faults.push(`${route.operationId}: nothing that was tried changed what is shown`);
      platform.restore();
    }
    expect(faults, faults.join('\n')).toEqual([]);
  });
});

/** A password is never shown, nor the wish to end a call trace. */
const HIDDEN = new Set(['putUserPassword', 'putCallTrace']);

describe('every collection of the API', () => {
  it('has its life tested here', () => {
    const collections = probes
      .filter(({ method, route }) => method === 'POST' && bodies[`POST ${route.path}`] !== undefined)
      .map(({ route }) => route.path);
    const tested = new Set(lifecycles.map(({ all }) => all));
    expect(collections.filter((path) => !tested.has(path)).sort()).toEqual([...parts].sort());
  });
});
