import type { Entity } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { MutableSmsMessage, StoredSms } from '../schemas/sms.ts';
import { SMS_MESSAGE } from './entity-types.ts';

/** An id that sorts by time (UUID version 7), so that a list in order of ids is one in order of arrival. `now`: unix milliseconds. */
export function timeOrderedId(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  const [, , , variant, tail] = crypto.randomUUID().split('-');
  const random = crypto.randomUUID().slice(0, 3);
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${random}-${variant}-${tail}`;
}

/** A new message that waits for a gateway to deliver it. `now`: unix milliseconds. */
export function createSms(pk: string, message: MutableSmsMessage, now: number): Mutation {
  const config: StoredSms = { ...message, status: 'Waiting', time_created: new Date(now).toISOString(), attempt_count: 0 };
  return { do: 'create_entity', id: { type: SMS_MESSAGE, key: pk }, config };
}

export function readSms(entity: Entity): unknown {
  const { under_way: _, ...sms } = entity.config as StoredSms;
  return { pk: entity.key, ...sms };
}
