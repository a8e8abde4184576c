import { z } from 'zod';

const rowId = () => z.int().describe('Number of the entry; later ones have higher numbers');
const at = () => z.int().describe('When, in unix milliseconds');
const pageToken = () => z.string().describe('Leads to the entries before these; empty when there are none');

const image = z
  .looseObject({ name: z.string().describe('Its name'), description: z.string().describe('Its description') })
  .meta({ id: 'revision_image', description: 'All that is kept of an entity or network at one moment; edges lead to its children' });

export const revision = z
  .object({
    id: rowId(),
    version: z.int().describe('Version of the network that the change made'),
    type: z.string().describe('Type of the entity; `network` for the network itself'),
    key: z.string().describe('Its key; empty for the network itself'),
    before: image.nullable().describe('What it was; null when it did not exist'),
    after: image.nullable().describe('What it became; null when it was deleted'),
    actor: z.string().describe('Who changed it: `operator:<id>` or `gateway:<hardware id>`'),
    request_id: z.string().describe('The request that changed it'),
    at: at(),
  })
  .meta({ id: 'revision', description: 'One change of one entity' });

export const revisionPage = z
  .object({ revisions: z.array(revision), page_token: pageToken() })
  .meta({ id: 'revision_page', description: 'Changes, newest first' });

export const restored = z
  .object({
    version: z.int().describe('Version of the network that the restoring made'),
    restored: z.array(z.object({ type: z.string(), key: z.string() })).describe('What was brought back, or taken away again'),
  })
  .meta({ id: 'restored_revision', description: 'What a restore has changed' });

export const auditEntry = z
  .object({
    id: rowId(),
    at: at(),
    actor: z.string().describe('Who: `operator:<id>`, `gateway:<hardware id>` or `anonymous`'),
    action: z.string().describe('What, as `<thing>.<verb>`'),
    network_id: z.string().describe('In which network; empty for what belongs to none'),
    target: z.string().describe('To what'),
    outcome: z.string().describe('`ok`, `refused` or `failed`'),
    request_id: z.string().describe('The request that did it'),
    detail: z.unknown().describe('More about it; null when there is nothing more'),
  })
  .meta({ id: 'audit_entry', description: 'Something that was done, or refused' });

export const auditPage = z
  .object({ entries: z.array(auditEntry), page_token: pageToken() })
  .meta({ id: 'audit_page', description: 'What was done, newest first' });
