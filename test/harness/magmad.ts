import { generateKeyPairSync, type KeyObject, randomUUID, sign, X509Certificate } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { makeCertificateRequest } from '../../agent/bootstrap/certificate-request.ts';
import { GrpcClient, type Outcome, outcomeOf } from '../../agent/testing/grpc-client.ts';
import { prefixMessage, unprefixMessage } from '../../core/wire/grpc.ts';
import { MetricType } from '../../proto/gen/metrics_pb.js';
import { Bootstrapper } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import {
  CheckStatelessResponse_AGWMode,
  CheckStatelessResponseSchema,
  GetGatewayIdResponseSchema,
  LogLineSchema,
  Magmad,
  NetworkTestResponseSchema,
  TailLogsRequestSchema,
} from '../../proto/gen/orc8r/protos/magmad_pb.js';
import { MagmaDSchema } from '../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { GatewayConfigsDigestSchema, GatewayConfigsSchema } from '../../proto/gen/orc8r/protos/mconfig_pb.js';
import { MetricsContainerSchema } from '../../proto/gen/orc8r/protos/metricsd_pb.js';
import { Service303, ServiceInfo_ServiceState, ServiceInfoSchema } from '../../proto/gen/orc8r/protos/service303_pb.js';
import { StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import { DataUpdateBatchSchema, Streamer } from '../../proto/gen/orc8r/protos/streamer_pb.js';
import {
  type SyncRPCRequest,
  SyncRPCRequestSchema,
  SyncRPCResponseSchema,
  SyncRPCService,
} from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';

type Response = MessageInitShape<typeof SyncRPCResponseSchema>;

export interface MagmadOptions {
  /** Takes its certificate, key and the root of the bootstrap door. */
  readonly folder: string;
  /** `localhost:port`, TLS. */
  readonly bootstrapAddress: () => string;
  /** PEM of what that door is checked against. */
  readonly root: () => string;
  /** `127.0.0.1:port`, plaintext: what magmad takes for its control_proxy. */
  readonly proxyAddress: () => string;
}

/**
 * A magmad as the original behaves on the wire (SOUTHBOUND.md 3, 4, 5 and 12b), on a gRPC implementation that is not ours: it knows
 * nothing of the agent, and takes it for control_proxy.
 */
export class StandInMagmad {
  readonly hardwareId = randomUUID();
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The cloud's calls, oldest first. */
  readonly calls: SyncRPCRequest[] = [];
  readonly #options: MagmadOptions;
  readonly #challengeKey: KeyObject;
  readonly #publicKey: string;
  readonly #clients: GrpcClient[] = [];
  readonly #tails = new Set<number>();
  #stream: ReturnType<GrpcClient['bidi']> | undefined;

  constructor(options: MagmadOptions) {
    this.#options = options;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    this.#challengeKey = privateKey;
    this.#publicKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    mkdirSync(options.folder, { recursive: true });
    this.certificateFile = join(options.folder, 'gateway.crt');
    this.keyFile = join(options.folder, 'gateway.key');
  }

  /** What an operator registers. */
  get identity(): { hardwareId: string; publicKey: string; keyType: 'SOFTWARE_ECDSA_SHA256' } {
    return { hardwareId: this.hardwareId, publicKey: this.#publicKey, keyType: 'SOFTWARE_ECDSA_SHA256' };
  }

  /** Challenge, signature with P-384 and SHA-256 over all of it, request for a new P-256 key; writes key and certificate. Answers its serial. */
  async bootstrap(): Promise<string> {
    const client = this.#client(this.#options.bootstrapAddress(), { ca: this.#options.root() });
    const hwId = { id: this.hardwareId };
    const { challenge } = await this.#must(client, Bootstrapper.method.getChallenge, hwId);
    const pair = sign('sha256', challenge, { key: this.#challengeKey, dsaEncoding: 'ieee-p1363' });
    const { csr, keyPem } = await makeCertificateRequest(this.hardwareId);
    const { certDer } = await this.#must(client, Bootstrapper.method.requestSign, {
      hwId,
      challenge,
      response: { case: 'ecdsaResponse', value: { r: withoutZeros(pair.subarray(0, 48)), s: withoutZeros(pair.subarray(48)) } },
      csr: {
        id: { Value: { case: 'gateway', value: { hardwareId: this.hardwareId } } },
        validTime: { seconds: 345_600n },
        csrDer: csr,
      },
    });
    const certificate = new X509Certificate(certDer);
    // The original's order: two plain writes, one after the other.
    writeFileSync(this.keyFile, keyPem);
    writeFileSync(this.certificateFile, certificate.toString());
    return certificate.serialNumber;
  }

  /** One check-in. */
  reportStates(meta: Record<string, string> = {}): Promise<Outcome> {
    const value = new TextEncoder().encode(JSON.stringify({ meta, system_status: { time: 1, uptime_secs: 2 } }));
    return this.#call('state', StateService.method.reportStates, { states: [{ type: 'gw_state', deviceID: this.hardwareId, value }] });
  }

  /** One poll of stream `configs`: the mconfig, as the gateway would read it. */
  async configs(): Promise<{ configsByKey: Record<string, unknown>; metadata: { created_at: number } }> {
    const extraArgs = anyPack(GatewayConfigsDigestSchema, create(GatewayConfigsDigestSchema, { md5HexDigest: '' }));
    const request = { gatewayId: this.hardwareId, streamName: 'configs', extraArgs };
    const { code, details, messages } = await this.#call('streamer', Streamer.method.getUpdates, request);
    if (code !== 'OK' || messages.length !== 1) throw new Error(`GetUpdates: ${code} ${details}, ${messages.length} batches`);
    const { updates, resync } = fromBinary(DataUpdateBatchSchema, messages[0] ?? Buffer.of());
    if (!resync || updates.length !== 1) throw new Error(`a batch of ${updates.length}, resync ${resync}`);
    return JSON.parse(new TextDecoder().decode(updates[0]?.value)) as never;
  }

  /** Opens the SyncRPC stream, says a heartbeat, and answers the cloud's calls; resolves once the stream stands, with its end to come. */
  async takeCalls(): Promise<{ readonly end: Promise<Outcome> }> {
    const stream = this.#client(this.#options.proxyAddress(), { authority: 'dispatcher-controller.magma.test' }).bidi(
      `/${SyncRPCService.typeName}/EstablishSyncRPCStream`,
    );
    this.#stream = stream;
    stream.on('data', (message: Buffer) => this.#answer(fromBinary(SyncRPCRequestSchema, message)));
    const opened = new Promise((resolve) => stream.once('metadata', resolve));
    const end = outcomeOf(stream);
    this.#say({ heartBeat: true });
    await Promise.race([opened, end]);
    return { end };
  }

  hangUp(): void {
    this.#stream?.end();
  }

  close(): void {
    this.#stream?.cancel();
    for (const client of this.#clients) client.close();
  }

  #answer(request: SyncRPCRequest): void {
    if (request.heartBeat) return;
    this.calls.push(request);
    const { reqId, reqBody, connClosed } = request;
    if (connClosed) this.#tails.delete(reqId);
    if (connClosed || !reqBody) return;
    if (reqBody.path === pathOf(Magmad.method.tailLogs)) {
      // Each line is a part of its own; the last would come with the trailers.
      this.#tails.add(reqId);
      const { service } = fromBinary(TailLogsRequestSchema, unprefixMessage(reqBody.payload));
      this.#sayLine(reqId, `${service} begins\n`);
      return;
    }
    const headers = { ':status': '200', 'content-type': 'application/grpc', 'grpc-accept-encoding': 'identity' };
    const payload = ANSWERS.get(reqBody.path)?.(this.hardwareId, reqBody.authority);
    if (payload)
      this.#say({ reqId, respBody: { status: '200', headers: { ...headers, 'grpc-status': '0' }, payload: prefixMessage(payload) } });
    else
      this.#say({ reqId, respBody: { status: '200', headers: { ...headers, 'grpc-status': '12', 'grpc-message': 'Method not found!' } } });
  }

  /** Calls that are being answered with lines of a log. */
  get tails(): number {
    return this.#tails.size;
  }

  /** Writes a line to every log that is followed. */
  logLine(line: string): void {
    for (const reqId of this.#tails) this.#sayLine(reqId, line);
  }

  /** Ends every log that is followed. */
  endLogs(): void {
    for (const reqId of this.#tails)
      this.#say({
        reqId,
        respBody: { status: '200', headers: { ':status': '200', 'content-type': 'application/grpc', 'grpc-status': '0' } },
      });
    this.#tails.clear();
  }

  #sayLine(reqId: number, line: string): void {
    const payload = prefixMessage(toBinary(LogLineSchema, create(LogLineSchema, { line })));
    this.#say({ reqId, respBody: { status: '200', headers: { ':status': '200', 'content-type': 'application/grpc' }, payload } });
  }

  #say(response: Response): void {
    this.#stream?.write(toBinary(SyncRPCResponseSchema, create(SyncRPCResponseSchema, response)));
  }

  #call<I extends DescMessage>(service: string, method: DescMethod & { input: I }, request: MessageInitShape<I>): Promise<Outcome> {
    const client = this.#client(this.#options.proxyAddress(), { authority: `${service}-controller.magma.test` });
    return client.call(pathOf(method), toBinary(method.input, create(method.input, request)), { timeoutMs: 10_000 });
  }

  async #must<I extends DescMessage, O extends DescMessage>(
    client: GrpcClient,
    method: DescMethod & { input: I; output: O },
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    const { code, details, messages } = await client.call(pathOf(method), toBinary(method.input, create(method.input, request)));
    if (code !== 'OK') throw new Error(`${method.name}: ${code} ${details}`);
    return fromBinary(method.output, messages[0] ?? Buffer.of());
  }

  #client(address: string, options: ConstructorParameters<typeof GrpcClient>[1]): GrpcClient {
    const client = new GrpcClient(address, options);
    this.#clients.push(client);
    return client;
  }
}

const pathOf = (method: DescMethod): string => `/${method.parent.typeName}/${method.name}`;

/** What it answers; a ping names its own host, so that its answers are told from anybody else's. */
const ANSWERS = new Map<string, (hardwareId: string, service: string) => Uint8Array>([
  [
    pathOf(Magmad.method.getGatewayId),
    (gatewayId) => toBinary(GetGatewayIdResponseSchema, create(GetGatewayIdResponseSchema, { gatewayId })),
  ],
  ...[Magmad.method.startServices, Magmad.method.stopServices, Magmad.method.setConfigs, Magmad.method.configureStateless].map(
    (method) => [pathOf(method), () => new Uint8Array()] as const,
  ),
  [
    pathOf(Service303.method.getServiceInfo),
    (_, name) => toBinary(ServiceInfoSchema, create(ServiceInfoSchema, { name, version: '1.8', state: ServiceInfo_ServiceState.ALIVE })),
  ],
  [
    pathOf(Service303.method.getMetrics),
    (gatewayId) =>
      toBinary(
        MetricsContainerSchema,
        create(MetricsContainerSchema, {
          gatewayId,
          family: [{ name: 'sessions', type: MetricType.GAUGE, metric: [{ gauge: { value: 3 } }] }],
        }),
      ),
  ],
  [
    pathOf(Magmad.method.checkStateless),
    () =>
      toBinary(CheckStatelessResponseSchema, create(CheckStatelessResponseSchema, { agwMode: CheckStatelessResponse_AGWMode.STATELESS })),
  ],
  [
    pathOf(Magmad.method.getConfigs),
    () =>
      toBinary(
        GatewayConfigsSchema,
        create(GatewayConfigsSchema, {
          configsByKey: { magmad: anyPack(MagmaDSchema, create(MagmaDSchema, { checkinInterval: 61 })) },
          metadata: { createdAt: 1_767_182_400n },
        }),
      ),
  ],
  [
    pathOf(Magmad.method.runNetworkTests),
    () =>
      toBinary(
        NetworkTestResponseSchema,
        create(NetworkTestResponseSchema, { pings: [{ hostOrIp: 'stand-in', numPackets: 1, packetsTransmitted: 1, packetsReceived: 1 }] }),
      ),
  ],
]);

function withoutZeros(integer: Uint8Array): Uint8Array {
  return integer.subarray(integer.findIndex((byte) => byte !== 0));
}
