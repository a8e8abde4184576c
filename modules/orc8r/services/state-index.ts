import type { z } from 'zod';
import type { StateIndexReport } from '../../../core/state/network-states.ts';
import type { stateIndexReport } from '../schemas/state-index.ts';

/** How far the indexes of reported states are, as readers see it. */
export const toStateIndexReport = (networkId: string, report: StateIndexReport): z.input<typeof stateIndexReport> => ({
  network_id: networkId,
  indexers: report.indexers.map(({ name, version, types, reindexing }) => ({
    name,
    version,
    state_types: [...types],
    reindexing: reindexing && { to_version: reindexing.toVersion, done: reindexing.done, total: reindexing.total },
  })),
  state_types: [...report.types],
  faulty: report.faulty.map(({ type, deviceId, hardwareId, receivedAt, fault }) => ({
    type,
    device_id: deviceId,
    hardware_id: hardwareId,
    received_at: receivedAt,
    fault,
  })),
});
