import { create, fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import type { AuditRow } from '../../core/configurator/audit-rows.ts';
import { OrcError } from '../../core/errors.ts';
import { toGrpc } from '../../core/grpc-errors.ts';
import type { CommandStore, GatewayTarget } from '../../core/module/context.ts';
import type { GatewayCallRequest, GatewayCallResult } from '../../durable-objects/ports.ts';
import { GatewayCommands } from '../../durable-objects/gateway/commands/commands.ts';
import { CommandLog } from '../../durable-objects/gateway/commands/log.ts';
import { gatewayMigrations } from '../../durable-objects/gateway/schema.ts';
import { Magmad } from '../../proto/gen/orc8r/protos/magmad_pb.js';
import { mconfigRegistry } from '../../proto/mconfig-registry.ts';
import { objectSql } from './object-sql.ts';

export interface FleetCall {
  readonly target: GatewayTarget;
  readonly service: string;
  readonly method: string;
  readonly request: unknown;
}

/** How a test's gateways behave. */
interface TestGateways {
  readonly away: ReadonlySet<string>;
  readonly answers: ReadonlyMap<string, (request: unknown) => unknown>;
  readonly calls: FleetCall[];
}

/** What gateway objects do with commands, without the objects: the fleet's `away` and `answers` say how gateways behave. */
export interface TestCommands extends CommandStore {
  /** The audit rows that objects would write. */
  readonly audited: Omit<AuditRow, 'at'>[];
  /** The gateway connects and is given what waited; resolves when that is done. */
  connect(hardwareId: string): Promise<void>;
  now: number;
}

export function testCommands(fleet: TestGateways & { readonly away: Set<string> }): TestCommands {
  const objects = new Map<string, GatewayCommands>();
  const kept: Promise<void>[] = [];
  const objectOf = (target: GatewayTarget): GatewayCommands => {
    const known = objects.get(target.hardwareId);
    if (known) return known;
    const made = new GatewayCommands({
      log: new CommandLog(objectSql(gatewayMigrations), () => commands.now),
      audit: { add: (row) => void commands.audited.push(row) },
      now: () => commands.now,
      identity: () => target,
      connected: () => !fleet.away.has(target.hardwareId),
      call: (request) => called(fleet, target, request),
      recheck: () => undefined,
      keep: (work) => void kept.push(work),
      later: (_, work) => queueMicrotask(work),
      schedule: () => undefined,
    });
    objects.set(target.hardwareId, made);
    return made;
  };
  const commands: TestCommands = {
    audited: [],
    now: 1_800_000_000_000,
    give: (target, command) => objectOf(target).give(command),
    list: async (target, page) => objectOf(target).page(page),
    read: async (target, id) => objectOf(target).read(id),
    cancel: async (target, id, by) => objectOf(target).cancel(id, by),
    connect: async (hardwareId) => {
      fleet.away.delete(hardwareId);
      objects.get(hardwareId)?.deliver();
      await Promise.all(kept);
    },
  };
  return commands;
}

function called(
  { away, answers, calls }: TestGateways,
  target: GatewayTarget,
  { service, path, payload }: GatewayCallRequest,
): { sent: boolean; result: Promise<GatewayCallResult> } {
  const failed = (reason: 'offline' | 'timeout' | 'gateway', code: number, message: string) =>
    Promise.resolve({ ok: false, reason, code, message } as const);
  if (away.has(target.hardwareId)) return { sent: false, result: failed('offline', 14, 'away') };
  const method = Object.values(Magmad.method).find((each) => path === `/${Magmad.typeName}/${each.name}`);
  if (!method) throw new Error(`magmad has no ${path}`);
  const request = toJson(method.input, fromBinary(method.input, payload), { registry: mconfigRegistry });
  calls.push({ target, service, method: method.name, request });
  try {
    const answer = create(method.output, (answers.get(method.name)?.(request) ?? {}) as object);
    return { sent: true, result: Promise.resolve({ ok: true, messages: [toBinary(method.output, answer)] }) };
  } catch (error) {
    const { code, message } = toGrpc(error);
    const reason = error instanceof OrcError && error.code === 'timeout' ? 'timeout' : 'gateway';
    return { sent: true, result: failed(reason, code, message) };
  }
}
