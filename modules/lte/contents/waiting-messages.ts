import type { ContentSet } from '../../../core/module/content.ts';
import type { StoredSms } from '../schemas/sms.ts';
import { SMS_MESSAGE } from '../services/entity-types.ts';

export const WAITING_MESSAGES = 'waiting_messages';

/** Short messages that wait for delivery: gateways ask for them every few seconds, and must not cost a query each time. */
export const waitingMessages: ContentSet = {
  name: WAITING_MESSAGES,
  description: 'Short messages that wait for delivery',
  stream: false,
  encoding: 1,
  root: SMS_MESSAGE,
  reads: [],
  encode: ({ root }) => {
    const sms = root.config as StoredSms | null;
    return sms?.status === 'Waiting' ? new TextEncoder().encode(JSON.stringify(sms)) : undefined;
  },
};

/** An item of the set, read again. */
export const readWaiting = (value: Uint8Array): StoredSms => JSON.parse(new TextDecoder().decode(value)) as StoredSms;
