import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { gatewayState } from './gw-state.ts';

describe('gw_state', () => {
  it("has Magma's keys and this machine's values", async () => {
    const clock = new ManualClock();
    const state = await gatewayState({ clock, version: '0.1.0', mconfigCreatedAt: 1_700_000_000, meta: { agent: 'x' } });
    expect(Object.keys(state).sort()).toEqual(['machine_info', 'meta', 'platform_info', 'system_status']);
    expect(state).toMatchObject({
      machine_info: {
        cpu_info: {
          architecture: os.machine(),
          model_name: os.cpus()[0]?.model,
          core_count: expect.any(Number),
          threads_per_core: expect.any(Number),
        },
        network_info: {
          network_interfaces: expect.arrayContaining([
            expect.objectContaining({ network_interface_id: 'lo', status: 'UP', ip_addresses: ['127.0.0.1'] }),
          ]),
          routing_table: expect.any(Array),
        },
      },
      meta: { agent: 'x' },
      platform_info: {
        vpn_ip: expect.any(String),
        packages: [{ name: 'magma', version: '0.1.0' }],
        kernel_version: os.release(),
        config_info: { mconfig_created_at: 1_700_000_000 },
      },
      system_status: { time: clock.now() / 1000, mem_total: os.totalmem() },
    });
    const status = state['system_status'] as Record<string, unknown>;
    for (const name of [
      'uptime_secs',
      'cpu_user',
      'cpu_system',
      'cpu_idle',
      'mem_available',
      'mem_used',
      'mem_free',
      'swap_total',
      'swap_used',
      'swap_free',
    ]) {
      expect(Number.isSafeInteger(status[name]), name).toBe(true);
    }
    const disks = status['disk_partitions'] as { mount_point: string; total: number; used: number; free: number }[];
    expect(disks.some((disk) => disk.mount_point === '/')).toBe(true);
    for (const disk of disks) expect(disk.used + disk.free).toBeLessThanOrEqual(disk.total);
  });
});
