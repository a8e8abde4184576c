import { notFound } from '../errors.ts';

/**
 * Holds what belongs to the platform as a whole: release channels. No network that anybody makes can have this name, no list
 * shows it, and no path leads to it.
 */
export const INTERNAL_NETWORK = '@internal';

/** To be called with the parameters of each path. Error: `not_found` for the internal network. */
export function checkVisible(params: Readonly<Record<string, string>>): void {
  if (params['network_id'] === INTERNAL_NETWORK) throw notFound(`network "${INTERNAL_NETWORK}"`);
}
