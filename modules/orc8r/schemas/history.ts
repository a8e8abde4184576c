import { z } from 'zod';

const rowId = () => z.int().meta({ description: 'Number of the entry; later ones have higher numbers', examples: [42] });
const at = () => z.int().meta({ description: 'When it happened, unix milliseconds', examples: [1_767_182_400_000] });
const pageToken = () =>
  z.string().meta({ description: 'Token of the page of entries before these; empty when there are none', examples: ['NDI'] });

const image = z
  .looseObject({
    name: z.string().meta({ description: 'Name for people at that moment', examples: ['Roof'] }),
    description: z.string().meta({ description: 'Text for people at that moment', examples: ['North roof'] }),
  })
  .meta({ id: 'revision_image', description: 'All that is kept of an entity or network at one moment; edges lead to its children' });

export const revision = z
  .object({
    id: rowId(),
    version: z.int().meta({ description: 'Version of the network that the change made; a restore names it', examples: [17] }),
    type: z.string().meta({ description: 'Type of the entity; `network` for the network itself', examples: ['cellular_gateway'] }),
    key: z
      .string()
      .meta({ description: 'Key of the entity among those of its type; the id of the network for the network itself', examples: ['agw1'] }),
    before: image.nullable().describe('What the entity was; null when it did not exist'),
    after: image.nullable().describe('What the entity became; null when it was deleted'),
    actor: z.string().meta({ description: 'Who changed it: `operator:<id>` or `gateway:<hardware id>`', examples: ['operator:admin'] }),
    request_id: z.string().meta({ description: 'Id of the request that changed it', examples: ['4f1c2c1e-6a0e-4f6e-9a53-8d0c3a3d2b11'] }),
    at: at(),
  })
  .meta({ id: 'revision', description: 'One change of one entity' });

export const revisionPage = z
  .object({ revisions: z.array(revision).describe('Changes, the newest first'), page_token: pageToken() })
  .meta({ id: 'revision_page', description: 'Changes, newest first' });

export const restored = z
  .object({
    version: z.int().meta({ description: 'Version of the network that the restore made', examples: [19] }),
    restored: z
      .array(
        z.object({
          type: z
            .string()
            .meta({ description: 'Type of what was restored; `network` for the network itself', examples: ['cellular_gateway'] }),
          key: z
            .string()
            .meta({ description: 'Key of what was restored; the id of the network for the network itself', examples: ['agw1'] }),
        }),
      )
      .describe('What was brought back, or taken away again'),
  })
  .meta({ id: 'restored_revision', description: 'What a restore has changed' });

export const auditEntry = z
  .object({
    id: rowId(),
    at: at(),
    actor: z.string().meta({
      description: 'Who did it: `operator:<id>`, `gateway:<hardware id>`, `certificate:<serial>` for one that was refused, or `anonymous`',
      examples: ['operator:admin'],
    }),
    action: z.string().meta({ description: 'What was done, as `<thing>.<verb>`', examples: ['gateway.update'] }),
    network_id: z.string().meta({ description: 'Network in which it was done; empty for what belongs to none', examples: ['city'] }),
    target: z.string().meta({ description: 'Key of what it was done to', examples: ['agw1'] }),
    outcome: z.string().meta({
      description: 'How it ended: `ok`, `refused` or `failed`; of commands that wait also `queued`, `cancelled` or `expired`',
      examples: ['ok'],
    }),
    request_id: z.string().meta({ description: 'Id of the request that did it', examples: ['4f1c2c1e-6a0e-4f6e-9a53-8d0c3a3d2b11'] }),
    detail: z
      .unknown()
      .meta({ description: 'More about it, by the kind of action; null when there is nothing more', examples: [{ hosts: ['8.8.8.8'] }] }),
  })
  .meta({ id: 'audit_entry', description: 'Something that was done, or refused' });

export const auditPage = z
  .object({ entries: z.array(auditEntry).describe('What was done, the newest first'), page_token: pageToken() })
  .meta({ id: 'audit_page', description: 'What was done, newest first' });
