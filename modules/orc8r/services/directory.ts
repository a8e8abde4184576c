import type { StateQuery, Subjects } from '../../../core/state/network-states.ts';
import { HARDWARE_OF_IMSI, HARDWARE_OF_SGW_C_TEID, HARDWARE_OF_SGW_U_TEID, IMSI_OF_SESSION } from '../states/directory-record.ts';

/** Who can look into what the gateways of a network reported: a gateway's context, or the fleet held to one network. */
export interface StateReader {
  states(query: StateQuery): Promise<Subjects>;
}

const lookUp = async (reader: StateReader, index: string, key: string): Promise<string | undefined> =>
  (await reader.states({ indexes: [index], subjects: [key] })).get(key)?.indexed[index]?.[0];

/** Hardware id of the gateway that a subscriber (`IMSI...`) was last reported at. */
export const gatewayOfSubscriber = (reader: StateReader, imsi: string): Promise<string | undefined> =>
  lookUp(reader, HARDWARE_OF_IMSI, imsi);

/** The subscriber that a session belongs to; the id as a record has it, without a subscriber in front. */
export const subscriberOfSession = (reader: StateReader, session: string): Promise<string | undefined> =>
  lookUp(reader, IMSI_OF_SESSION, session);

const tunnelIndexes = { control: HARDWARE_OF_SGW_C_TEID, user: HARDWARE_OF_SGW_U_TEID } as const;

/** Planes of a tunnel between a serving and a packet gateway. */
export type Plane = keyof typeof tunnelIndexes;

/** Hardware id of the gateway at the end of a tunnel. */
export const gatewayOfTunnel = (reader: StateReader, plane: Plane, teid: number): Promise<string | undefined> =>
  lookUp(reader, tunnelIndexes[plane], String(teid));

/** A tunnel id that no gateway of the network uses or has been given lately. Error: `unavailable` when none is found. */
export const newTunnel = (reserve: (index: string) => Promise<number>, plane: Plane): Promise<number> => reserve(tunnelIndexes[plane]);
