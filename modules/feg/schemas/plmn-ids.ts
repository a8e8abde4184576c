import { z } from 'zod';

/** A mobile network by country and network code in one, `00101`. */
export const plmnId = () =>
  z
    .string()
    .regex(/^\d{5,6}$/, { error: 'must be five or six digits' })
    .min(5)
    .max(6);

export const isPlmnId = (text: string): boolean => plmnId().safeParse(text).success;
