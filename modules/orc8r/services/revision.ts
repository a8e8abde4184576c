import { shownKey } from '../../../core/configurator/mutations.ts';
import type { Revision } from '../../../core/configurator/revisions.ts';

export const toRevision = ({ requestId, ...revision }: Revision, networkId: string) => ({
  ...revision,
  key: shownKey(revision, networkId),
  request_id: requestId,
});
