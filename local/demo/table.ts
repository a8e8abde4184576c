import Table from 'cli-table3';

/** The parts of the convergence view that the table shows (GET /networks/{network_id}/convergence). */
export interface ConvergenceView {
  readonly totals: Readonly<Record<string, number>>;
  readonly gateways: readonly {
    readonly id: string;
    readonly state: string;
    readonly connected: boolean;
    readonly last_checkin: number | null;
    readonly certificate_expires_at: number | null;
    readonly round_trip_ms: number | null;
    readonly streams: readonly {
      readonly stream: string;
      readonly desired_version: number;
      readonly acked_version: number | null;
      readonly nack: { readonly reason: string } | null;
    }[];
  }[];
}

/** The live table: one row a gateway, totals below. `now` in unix milliseconds. */
export function drawTable(view: ConvergenceView, now: number, colours: boolean): string {
  const table = new Table({
    head: ['gateway', 'certificate expires', 'desired', 'acked', 'state', 'last check-in', 'round trip'],
    style: colours ? { head: ['cyan'], compact: true } : { head: [], border: [], compact: true },
  });
  for (const gateway of view.gateways) {
    const configs = gateway.streams.find(({ stream }) => stream === 'configs');
    table.push([
      gateway.id,
      gateway.certificate_expires_at ? `in ${duration(gateway.certificate_expires_at - now)}` : '-',
      configs?.desired_version ?? '-',
      configs?.acked_version ?? '-',
      configs?.nack ? `rejected: ${configs.nack.reason.slice(0, 40)}` : gateway.state.replace('_', ' '),
      gateway.last_checkin ? `${duration(now - gateway.last_checkin)} ago` : '-',
      gateway.round_trip_ms === null ? '-' : `${gateway.round_trip_ms} ms`,
    ]);
  }
  const totals = Object.entries(view.totals).map(([name, count]) => `${name.replaceAll('_', ' ')} ${count}`);
  return `${table.toString()}\n${totals.join(' · ')}`;
}

/** `42 s`, `3 min`, `97 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
