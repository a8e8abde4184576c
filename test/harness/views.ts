import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConvergenceReport } from '../../modules/orc8r/schemas/convergence.ts';
import { eventually, type TestPlatform } from './platform.ts';

type GatewayView = ConvergenceReport['gateways'][number];

/** An mconfig as it stands in a gateway's file. */
export interface MconfigFile {
  readonly configsByKey: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly metadata: { readonly created_at: number };
}

/** Who has what in a network, as operators see it. */
export async function convergenceOf({ rest }: Pick<TestPlatform, 'rest'>, network: string): Promise<ConvergenceReport> {
  return (await rest.must('GET', `/magma/v1/networks/${network}/convergence`)).body as ConvergenceReport;
}

/** One gateway of it. */
export async function viewOf(test: Pick<TestPlatform, 'rest'>, network: string, gateway: string): Promise<GatewayView> {
  const found = (await convergenceOf(test, network)).gateways.find(({ id }) => id === gateway);
  if (!found) throw new Error(`gateway ${gateway} is not in the convergence view of ${network}`);
  return found;
}

/** Waits until the operator sees the gateway in that state. */
export async function seenAs(
  test: Pick<TestPlatform, 'rest'>,
  network: string,
  gateway: string,
  state: GatewayView['state'],
): Promise<GatewayView> {
  const seen = await eventually(
    async () => (await convergenceOf(test, network)).gateways.find(({ id }) => id === gateway),
    (view) => view?.state === state,
  );
  return seen as GatewayView;
}

/** Where an agent that `join` made keeps its configuration. */
export const mconfigPath = (test: TestPlatform, network: string, gateway: string): string =>
  join(test.folder, 'agents', `${network}-${gateway}`, 'configs', 'gateway.mconfig');

export const readMconfig = (path: string): MconfigFile => JSON.parse(readFileSync(path, 'utf8')) as MconfigFile;

/** The config of one service in that file. */
export function configOf(mconfig: MconfigFile, service: string): Readonly<Record<string, unknown>> {
  const config = mconfig.configsByKey[service];
  if (!config) throw new Error(`the mconfig has no ${service}`);
  return config;
}

/** How far a gateway is with stream `configs`. */
export function configsOf(view: GatewayView): GatewayView['streams'][number] {
  const stream = view.streams.find((one) => one.stream === 'configs');
  if (!stream) throw new Error(`gateway ${view.id} has no stream configs`);
  return stream;
}
