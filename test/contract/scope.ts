import { type Operation, type Operations, operationsOf } from './operations.ts';
import listed from './operations.json' with { type: 'json' };

/** Operations that other suites answer for, by what their paths hold. */
const ELSEWHERE: readonly (readonly [paths: RegExp, why: string])[] = [
  [/\/(metrics|prometheus|alerts|events|logs|targets_metadata)\b/, 'metrics, alerts, events and logs'],
];

export const all: readonly Operation[] = operationsOf(listed as Operations);

/** The operations that the conformance suite has to cover. */
export const inScope: readonly Operation[] = all.filter(({ name }) => !ELSEWHERE.some(([paths]) => paths.test(name)));
