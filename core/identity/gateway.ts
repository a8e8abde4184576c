/** The entity that is a gateway in the configurator's graph, whatever it serves besides; its physical id is the hardware id. */
export const GATEWAY_ENTITY = 'magmad_gateway';

/** The type of the device record in which a gateway's challenge key stands (SOUTHBOUND 3). */
export const GATEWAY_DEVICE = 'access_gateway_record';

/** Longest hardware id taken from a gateway, characters. */
const MAX_HARDWARE_ID = 256;

/** Whether a text can be a hardware id: not empty, not too long, nothing invisible in it. */
export const isHardwareId = (text: string): boolean => text.length > 0 && text.length <= MAX_HARDWARE_ID && !/\p{Cc}/u.test(text);
