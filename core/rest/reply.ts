import type { z } from 'zod';
import type { AnswerHeader, Reply, ResponseSpec } from '../module/route.ts';
import type { EtagParts } from './etag.ts';

/** A 200 with a body, and the tag of what it shows. */
export const ok = (body: unknown, etag?: EtagParts): Reply => (etag ? { status: 200, body, etag } : { status: 200, body });
export const created = (body?: unknown): Reply => (body === undefined ? { status: 201 } : { status: 201, body });
export const noContent = (): Reply => ({ status: 204 });

/** The `responses` of a route, by what it answers on success. */
export const answers = (schema: z.ZodType, description: string, ...headers: AnswerHeader[]): Record<number, ResponseSpec> => ({
  200: { description, schema, ...(headers.length > 0 ? { headers } : {}) },
});
export const createdEmpty: Record<number, ResponseSpec> = { 201: { description: 'Created' } };
export const createdWith = (schema: z.ZodType, description: string, unsent = false): Record<number, ResponseSpec> => ({
  201: { description, schema, ...(unsent ? { unsent: true } : {}) },
});
export const done: Record<number, ResponseSpec> = { 204: { description: 'Done' } };
