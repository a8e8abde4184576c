// Short message transfer between telephone and network: RP inside CP (3GPP TS 24.011, 7.2 and 7.3).
import { causeText, CP_CAUSES, RP_CAUSES } from './causes.ts';

/** Protocol discriminator of short messages (TS 24.007, 11.2.3.1.1). */
const SMS = 0x9;
const CP = { data: 0x01, ack: 0x04, error: 0x10 } as const;
/** RP message types by who sends them. */
const RP = { dataToPhone: 1, ackFromPhone: 2, errorFromPhone: 4 } as const;
/** There is no service centre with a number: a network-specific "11" of a private plan, as Magma has it. */
const NO_SERVICE_CENTRE = Uint8Array.of(2, 0xb9, 0x11);
/** TS 24.011, 8.2.5.3. */
const MAX_TPDU = 232;
/** Transaction identifiers 0 to 6; 7 stands for an extension (TS 24.007, 11.2.3.1.3). */
const TRANSACTIONS = 7;

/** What a telephone says of a message: by the message's own reference, or, when not even that was understood, by its transaction. */
export type Report =
  | { readonly delivered: true; readonly reference: number }
  | { readonly delivered: false; readonly reference: number; readonly error: string }
  | { readonly delivered: false; readonly transaction: number; readonly error: string };

/** The transaction in which the message of that reference travels. */
export const transactionOf = (reference: number): number => reference % TRANSACTIONS;

/** A TPDU on its way to a telephone: CP-DATA with RP-DATA. `reference`: 0 to 255, unique among the messages under way to that telephone. */
export function toPhone(tpdu: Uint8Array, reference: number): Uint8Array {
  if (tpdu.length > MAX_TPDU) throw new RangeError(`a TPDU has at most ${MAX_TPDU} octets, not ${tpdu.length}`);
  const rpdu = Uint8Array.of(RP.dataToPhone, reference, ...NO_SERVICE_CENTRE, 0, tpdu.length, ...tpdu);
  return Uint8Array.of((transactionOf(reference) << 4) | SMS, CP.data, rpdu.length, ...rpdu);
}

/** What a telephone answered; undefined for what says nothing of a delivery: CP-ACK, or a message of its own. Error: RangeError when it is malformed. */
export function readReport(container: Uint8Array): Report | undefined {
  const [first, type] = container;
  if (first === undefined || type === undefined || (first & 0xf) !== SMS) throw new RangeError('not a short message of TS 24.011');
  switch (type) {
    case CP.ack:
      return undefined;
    case CP.error:
      // The telephone answers: its flag is set beside the transaction's number.
      return { delivered: false, transaction: (first >> 4) & 0x7, error: causeText(CP_CAUSES, octet(container, 2)) };
    case CP.data: {
      const length = octet(container, 2);
      if (container.length < 3 + length)
        throw new RangeError(`the CP user data is cut off after ${container.length - 3} of ${length} octets`);
      return readRp(container.subarray(3, 3 + length));
    }
    default:
      throw new RangeError(`CP message type ${type} is not known`);
  }
}

function readRp(rpdu: Uint8Array): Report | undefined {
  const type = octet(rpdu, 0) & 0x7;
  const reference = octet(rpdu, 1);
  if (type === RP.ackFromPhone) return { delivered: true, reference };
  if (type !== RP.errorFromPhone) return undefined;
  if (octet(rpdu, 2) < 1) throw new RangeError('the RP-ERROR has no cause');
  return { delivered: false, reference, error: causeText(RP_CAUSES, octet(rpdu, 3) & 0x7f) };
}

function octet(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new RangeError(`the message is cut off after ${bytes.length} octets`);
  return value;
}
