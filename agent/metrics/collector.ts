// Measures this process and this host.
import { readdir } from 'node:fs/promises';
import os from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../clock.ts';
import { readCpuTimes, readDisks, readMemory, textOf } from '../machine/machine.ts';
import { parseMaxOpenFiles, parseNetDev } from '../machine/proc-text.ts';
import type { Counters } from './counters.ts';
import type { Family } from './families.ts';
import { family, summary } from './families.ts';

const NS = 1e9;

export class Collector {
  private readonly clock: Clock;
  private readonly counters: Counters;
  private readonly dropped: () => number;
  private readonly loop = monitorEventLoopDelay({ resolution: 20 });
  private lastCpu = readCpuTimes();

  constructor(clock: Clock, counters: Counters, dropped: () => number) {
    this.clock = clock;
    this.counters = counters;
    this.dropped = dropped;
    this.loop.enable();
  }

  stop(): void {
    this.loop.disable();
  }

  /** Everything as it is now. CPU percentage and event-loop delay are of the time since the last call. */
  async collect(): Promise<Family[]> {
    const now = this.clock.now();
    const families = [...(await this.process(now)), ...(await this.host(now)), ...this.agent(now)];
    // magmad tells how many metrics it took, under this name (SOUTHBOUND 9).
    families.push(family('counter', 'service_metrics_collected', 'Families collected in this round', families.length + 1, now));
    return families;
  }

  private async process(now: number): Promise<Family[]> {
    const cpu = process.cpuUsage();
    const statm = (await textOf('/proc/self/statm')).split(' ');
    const maxFds = parseMaxOpenFiles(await textOf('/proc/self/limits'));
    const openFds = await readdir('/proc/self/fd').catch(() => undefined);
    const families = [
      family('counter', 'process_cpu_seconds_total', 'CPU time of the agent in seconds', (cpu.user + cpu.system) / 1e6, now),
      family('gauge', 'process_resident_memory_bytes', 'Resident memory of the agent', process.memoryUsage.rss(), now),
      family(
        'gauge',
        'process_start_time_seconds',
        'When the agent was started, Unix seconds',
        Math.round(Date.now() / 1000 - process.uptime()),
        now,
      ),
      family('gauge', 'process_uptime_seconds', 'How long the agent has been running', process.uptime(), now),
      this.loopDelay(now),
    ];
    if (statm[0])
      families.push(family('gauge', 'process_virtual_memory_bytes', 'Virtual memory of the agent', Number(statm[0]) * 4096, now));
    if (openFds) families.push(family('gauge', 'process_open_fds', 'Open file descriptors of the agent', openFds.length, now));
    if (maxFds !== undefined) families.push(family('gauge', 'process_max_fds', 'Allowed file descriptors of the agent', maxFds, now));
    return families;
  }

  private loopDelay(now: number): Family {
    const { loop } = this;
    const quantiles = [0.5, 0.99, 1].map((quantile): [number, number] => [quantile, loop.percentile(quantile * 100) / NS]);
    const mean = Number.isFinite(loop.mean) ? loop.mean / NS : 0;
    const result = summary('nodejs_eventloop_delay_seconds', 'Delay of the event loop', quantiles, loop.count, mean * loop.count, now);
    loop.reset();
    return result;
  }

  private async host(now: number): Promise<Family[]> {
    const [memory, disks, netDev] = await Promise.all([readMemory(), readDisks(), textOf('/proc/net/dev')]);
    const links = parseNetDev(netDev);
    const percent = (part: number, whole: number) => (whole > 0 ? (100 * part) / whole : 0);
    const [load1 = 0, load5 = 0, load15 = 0] = os.loadavg();
    return [
      family('gauge', 'cpu_percent', 'CPU use of the host', this.cpuPercent(), now),
      family('gauge', 'virtual_memory_percent', 'Memory use of the host', percent(memory.used, memory.total), now),
      family('gauge', 'swap_memory_percent', 'Swap use of the host', percent(memory.swapUsed, memory.swapTotal), now),
      family('gauge', 'mem_total', 'Memory of the host in bytes', memory.total, now),
      family('gauge', 'mem_available', 'Available memory in bytes', memory.available, now),
      family('gauge', 'mem_used', 'Used memory in bytes', memory.used, now),
      family('gauge', 'mem_free', 'Free memory in bytes', memory.free, now),
      family(
        'gauge',
        'disk_percent',
        'Disk use',
        disks.map((disk) => ({ value: percent(disk.used, disk.used + disk.free), labels: { mount_point: disk.mount_point } })),
        now,
      ),
      family(
        'gauge',
        'load_average',
        'Load of the host',
        [
          ['1m', load1],
          ['5m', load5],
          ['15m', load15],
        ].map(([window, value]) => ({ value: Number(value), labels: { window: String(window) } })),
        now,
      ),
      family(
        'counter',
        'bytes_received',
        'Bytes received',
        links.map((link) => ({ value: link.received, labels: { iface_name: link.iface } })),
        now,
      ),
      family(
        'counter',
        'bytes_sent',
        'Bytes sent',
        links.map((link) => ({ value: link.sent, labels: { iface_name: link.iface } })),
        now,
      ),
      family('gauge', 'host_uptime_seconds', 'How long the host has been running', os.uptime(), now),
    ];
  }

  private cpuPercent(): number {
    const current = readCpuTimes();
    const total = current.total - this.lastCpu.total;
    const idle = current.idle - this.lastCpu.idle;
    if (total > 0) this.lastCpu = current;
    return total > 0 ? Math.min(100, Math.max(0, 100 * (1 - idle / total))) : 0;
  }

  private agent(now: number): Family[] {
    const { counters } = this;
    return [
      family('gauge', 'checkin_status', '1 when the last check-in was good', counters.checkinStatus, now),
      family('gauge', 'checkin_duration_seconds', 'How long the last good check-in took', counters.checkinMs / 1000, now),
      family('counter', 'checkin_failures_total', 'Check-ins that failed', counters.checkinFailures, now),
      family('counter', 'controller_connects_total', 'Connections to the controller', counters.connects, now),
      family('counter', 'controller_disconnects_total', 'Connections that were lost', counters.disconnects, now),
      family(
        'counter',
        'streamer_responses',
        'Configs taken, by result',
        [
          { value: counters.configsApplied, labels: { result: 'success' } },
          { value: counters.configsRefused, labels: { result: 'failure' } },
        ],
        now,
      ),
      family('counter', 'bootstrap_exception', 'Bootstrap attempts that failed', counters.bootstrapFailures, now),
      family('counter', 'sync_rpc_calls_total', 'Calls that came from the cloud', counters.calls, now),
      family('counter', 'metrics_dropped_files_total', 'Stored metrics that were dropped for want of room', this.dropped(), now),
    ];
  }
}
