import type { Fault } from '../../../../../core/errors.ts';
import { isAt } from '../../../../../core/rest/mending/places.ts';
import type { MutableSubscriber } from '../../../schemas/subscriber.ts';
import type { Collected } from './collect.ts';
import { Failures } from './report.ts';
import type { Row } from './rows.ts';

/**
 * Parts the good lines from those that fail, with all that is wrong with these: by themselves, and by what `missing` finds that they name
 * and that does not exist. What stands in a line instead of what it says is not asked after.
 */
export function judged(
  rows: readonly Row[],
  { untold, placeOf }: Pick<Collected, 'untold' | 'placeOf'>,
  missing: (subscriber: MutableSubscriber) => readonly Fault[],
): { readonly good: readonly MutableSubscriber[]; readonly failures: Failures } {
  const failures = new Failures(untold, placeOf);
  const good: MutableSubscriber[] = [];
  for (const { line, id, subscriber, places, faults } of rows) {
    const found = subscriber ? missing(subscriber).filter(({ path }) => !isAt(path, places)) : [];
    const all = [...faults, ...found];
    if (subscriber && all.length === 0) good.push(subscriber);
    else failures.add(line, id, all);
  }
  return { good, failures };
}
