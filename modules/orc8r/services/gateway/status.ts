import type { GatewayReport } from '../../../../core/module/context.ts';
import { fitting } from '../../../../core/rest/fitting.ts';
import { gatewayStatus, type GatewayStatus } from '../../schemas/gateway-status.ts';

/**
 * The status readers see: what the gateway reported, with receipt time, reporter and end of certificate set by the cloud.
 * A part of the report that does not fit its schema is left out, so that one odd value does not hide the rest.
 */
export function statusOf(report: GatewayReport | undefined): GatewayStatus | undefined {
  if (!report) return undefined;
  const status: GatewayStatus = {
    ...checked(report.state),
    checkin_time: report.receivedAt,
    hardware_id: report.hardwareId,
  };
  delete status.cert_expiration_time;
  if (report.certificateExpiresAt !== null) status.cert_expiration_time = Math.floor(report.certificateExpiresAt / 1000);
  return status;
}

/** What was reported is only ever read: an object that is shown again is not checked again. */
const known = new WeakMap<object, GatewayStatus>();

function checked(state: unknown): GatewayStatus {
  const before = typeof state === 'object' && state !== null ? known.get(state) : undefined;
  if (before) return before;
  const status = fitting(gatewayStatus, state);
  if (typeof state === 'object' && state !== null) known.set(state, status);
  return status;
}
