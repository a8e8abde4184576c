import { fitting } from '../../../core/rest/fitting.ts';
import { directoryRecord } from '../../orc8r/states/directory-record.ts';
import { cwfSubscriberDirectoryRecord } from '../schemas/reported.ts';

/** A reported directory record as readers see it: the places, and the identifiers that the model names. */
export function readDirectoryRecord(value: unknown): unknown {
  const { location_history, identifiers } = fitting(directoryRecord, value);
  return { ...fitting(cwfSubscriberDirectoryRecord, identifiers ?? {}), location_history };
}
