import { z } from 'zod';
import type { StateIndexer, StateType } from '../../../core/module/facets.ts';
import type { IndexEntry } from '../../../core/state/network-states.ts';

/** Type of the states that say where a subscriber is; the device id is the subscriber's, `IMSI...`. */
export const DIRECTORY_RECORD = 'directory_record';

/** Hardware ids of gateways with the newest first; identifiers such as sessions and tunnels. Gateways add members of their serialiser. */
export const directoryRecord = z.looseObject({
  location_history: z.array(z.string()),
  identifiers: z.record(z.string(), z.unknown()).nullish(),
});

export type DirectoryRecord = z.infer<typeof directoryRecord>;

export const directoryRecordState: StateType = {
  description: 'Where a subscriber is, and by which sessions and tunnels it is known there',
  schema: directoryRecord,
  shared: true,
};

/** Indexes over directory records. */
export const IMSI_OF_SESSION = 'imsi_of_session';
export const HARDWARE_OF_IMSI = 'hardware_of_imsi';
export const HARDWARE_OF_SGW_C_TEID = 'hardware_of_sgw_c_teid';
export const HARDWARE_OF_SGW_U_TEID = 'hardware_of_sgw_u_teid';

/**
 * Finds subscribers by session, and gateways by subscriber and by tunnel (SOUTHBOUND.md 4). A tunnel leads to the gateway that the
 * record names first.
 */
export const directoryIndexer: StateIndexer = {
  name: 'directory',
  version: 1,
  types: [DIRECTORY_RECORD],
  indexes: {
    [IMSI_OF_SESSION]: 'The subscriber that a session belongs to',
    [HARDWARE_OF_IMSI]: 'The gateway that a subscriber is at',
    [HARDWARE_OF_SGW_C_TEID]: 'The gateway at the end of a control tunnel',
    [HARDWARE_OF_SGW_U_TEID]: 'The gateway at the end of a user plane tunnel',
  },
  entries: ({ subject: imsi, value }) => {
    const record = directoryRecord.safeParse(value).data;
    if (!record) return [];
    const [hardwareId] = record.location_history;
    const session = sessionOf(record.identifiers?.['session_id']);
    return [
      ...(session ? [{ index: IMSI_OF_SESSION, key: session, value: imsi }] : []),
      ...(hardwareId
        ? [
            { index: HARDWARE_OF_IMSI, key: imsi, value: hardwareId },
            ...tunnels(HARDWARE_OF_SGW_C_TEID, record.identifiers?.['sgw_c_teid'], hardwareId),
            ...tunnels(HARDWARE_OF_SGW_U_TEID, record.identifiers?.['sgw_u_teid'], hardwareId),
          ]
        : []),
    ];
  },
};

/** A session id may come with the subscriber in front: `IMSI001010000000001-155129`. */
function sessionOf(id: unknown): string | undefined {
  if (typeof id !== 'string') return undefined;
  return id.startsWith('IMSI') && id.includes('-') ? id.slice(id.indexOf('-') + 1) : id;
}

/** Tunnel ids are decimal numbers between commas. */
function tunnels(index: string, ids: unknown, hardwareId: string): IndexEntry[] {
  if (typeof ids !== 'string') return [];
  return ids
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')
    .map((key) => ({ index, key, value: hardwareId }));
}
