import { isObject } from './json.ts';

/**
 * What the examples of these operations leave out, by operation id: places that name what is made later, or that only readers are shown.
 * So the examples of creations, and then those of changes, can be sent to a new platform as they stand; `creations.test.ts` sends them.
 */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  createNetwork: ['dns.records.0'],
  createLteNetwork: ['cellular.feg_network_id', 'dns.records.0'],
  createFegNetwork: ['subscriber_config'],
  createFegLteNetwork: ['dns.records.0'],
  createCwfNetwork: ['subscriber_config', 'dns.records.0'],
  createTier: ['gateways.0', 'images.0'],
  createEnodeb: ['attached_gateway_id'],
  putEnodeb: ['attached_gateway_id'],
  putLteNetwork: ['cellular.feg_network_id'],
  putLteNetworkCellular: ['feg_network_id'],
  createPolicyRule: ['assigned_subscribers'],
  createBaseName: ['assigned_subscribers'],
};

/** Where these name a network beside their own, they name none: the examples make one network. `''` is the whole body. */
const NOBODY: Readonly<Record<string, string>> = {
  putCwfNetworkFederation: 'feg_network_id',
  putFegLteNetworkFederation: 'feg_network_id',
  putLteNetworkFederation: '',
};

/** The example of an operation's body, without what it cannot name yet. */
export function creatable(operationId: unknown, example: unknown): unknown {
  const places = LEFT_OUT[String(operationId)] ?? [];
  const nobody = NOBODY[String(operationId)];
  if (nobody === '') return '';
  const copy: unknown = structuredClone(example);
  if (nobody !== undefined) (copy as Record<string, unknown>)[nobody] = '';
  for (const place of places) leaveOut(copy, place.split('.'));
  return copy;
}

/** Error: there is no such place, so the table has to be mended. */
function leaveOut(holder: unknown, [name = '', ...rest]: readonly string[]): void {
  if (!isObject(holder) && !Array.isArray(holder)) throw new Error(`an example holds no ${name}`);
  const held = holder as Record<string, unknown>;
  if (!(name in held)) throw new Error(`an example holds no ${name}`);
  if (rest.length > 0) leaveOut(held[name], rest);
  else if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else delete held[name];
}
