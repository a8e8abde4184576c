import { create, type DescMessage, type DescMethodUnary, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { type MconfigPreview, NO_PREVIEW } from '../../core/mconfig/difference.ts';
import type { Convergence, Fleet, GatewayReport, GatewayTarget } from '../../core/module/context.ts';

export interface FleetCall {
  readonly target: GatewayTarget;
  readonly service: string;
  readonly method: string;
  readonly request: unknown;
}

/** Gateways as a test wants them: reports it sets, commands it answers, calls it can look at. */
export class TestFleet implements Fleet {
  /** By `<network>/<gateway>`. */
  readonly reports = new Map<string, GatewayReport>();
  readonly convergences = new Map<string, Convergence>();
  readonly calls: FleetCall[] = [];
  /** Hardware ids and serials of revoked certificates that gateways were cut off for. */
  readonly refused: (readonly [hardwareId: string, serial: string])[] = [];
  /** What a gateway answers, by method name; may throw. */
  readonly answers = new Map<string, (request: unknown) => unknown>();

  report(networkId: string, gatewayId: string, report: Partial<GatewayReport>): void {
    const blank: GatewayReport = { hardwareId: '', state: {}, receivedAt: 0, certificateExpiresAt: null };
    this.reports.set(`${networkId}/${gatewayId}`, { ...blank, ...report });
  }

  async status(networkId: string, gatewayId: string): Promise<GatewayReport | undefined> {
    return this.reports.get(`${networkId}/${gatewayId}`);
  }

  async statuses(networkId: string): Promise<ReadonlyMap<string, GatewayReport>> {
    const prefix = `${networkId}/`;
    return new Map([...this.reports].filter(([key]) => key.startsWith(prefix)).map(([key, report]) => [key.slice(prefix.length), report]));
  }

  async convergence(networkId: string): Promise<Convergence> {
    return this.convergences.get(networkId) ?? { networkId, version: 0, gateways: [] };
  }

  async call<I extends DescMessage, O extends DescMessage>(
    target: GatewayTarget,
    service: string,
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    this.calls.push({ target, service, method: method.name, request });
    const answer = this.answers.get(method.name)?.(request);
    return create(method.output, (answer ?? {}) as MessageInitShape<O>);
  }

  async preview(_commit: Parameters<Fleet['preview']>[0]): Promise<MconfigPreview> {
    return NO_PREVIEW;
  }

  async refuseCertificate(hardwareId: string, serial: string): Promise<void> {
    this.refused.push([hardwareId, serial]);
  }
}
