import { type Entity, find, type Graph } from '../../../../core/configurator/model.ts';
import { notFound } from '../../../../core/errors.ts';
import type { GatewayReport } from '../../../../core/module/context.ts';
import { MAGMAD_GATEWAY, type Registration, readGateway } from '../../../orc8r/services/gateway/index.ts';
import type { MagmadGatewayConfigs } from '../../../orc8r/schemas/magmad-gateway-configs.ts';
import { CELLULAR_GATEWAY, ENODEB } from '../entity-types.ts';
import { readCellular } from './cellular.ts';

/** Check-in intervals, in seconds, for gateways without a magmad config; and how many may pass before one counts as silent. */
const DEFAULT_INTERVAL = 60;
const INTERVALS = 5;

/** Both entities of an LTE gateway. */
export interface LtePair {
  readonly magmad: Entity;
  readonly cellular: Entity;
}

/** Error: `not_found`, also for a gateway of another kind. */
export function ltePair(graph: Graph, id: string): LtePair {
  const magmad = find(graph, MAGMAD_GATEWAY, id);
  const cellular = find(graph, CELLULAR_GATEWAY, id);
  if (!magmad || !cellular) throw notFound(`LTE gateway "${id}"`);
  return { magmad, cellular };
}

/** The entities whose change is a change of the gateway: not its eNodeBs, of which it shows only the serials. */
export const shownEntities = (graph: Graph): Graph => ({
  entities: new Map([...graph.entities].filter(([, entity]) => entity.type !== ENODEB)),
});

/** An LTE gateway as readers see it. */
export async function readLteGateway(
  { magmad, cellular }: LtePair,
  graph: Graph,
  report: GatewayReport | undefined,
  registration: Registration,
  now: number,
): Promise<unknown> {
  return {
    ...(await readGateway(magmad, report, registration)),
    checked_in_recently: checkedInRecently(magmad.config as MagmadGatewayConfigs | null, report, now),
    ...readCellular(cellular, graph),
  };
}

/** Whether fewer than five check-in intervals have passed since the last report. */
export function checkedInRecently(config: MagmadGatewayConfigs | null, report: GatewayReport | undefined, now: number): boolean {
  const interval = config?.checkin_interval ?? DEFAULT_INTERVAL;
  return report !== undefined && now < report.receivedAt + INTERVALS * interval * 1000;
}
