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
    ...fitting(gatewayStatus, report.state),
    checkin_time: report.receivedAt,
    hardware_id: report.hardwareId,
  };
  delete status.cert_expiration_time;
  if (report.certificateExpiresAt !== null) status.cert_expiration_time = Math.floor(report.certificateExpiresAt / 1000);
  return status;
}
