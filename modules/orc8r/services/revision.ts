import type { Revision } from '../../../core/configurator/revisions.ts';

export const toRevision = ({ requestId, ...revision }: Revision) => ({ ...revision, request_id: requestId });
