import { create, type MessageShape } from '@bufbuild/protobuf';
import { invalid, notFound } from '../../../core/errors.ts';
import { type GatewayContext, type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import { VoidSchema } from '../../../proto/gen/orc8r/protos/common_pb.js';
import {
  AllDirectoryRecordsSchema,
  type DeleteRecordRequestSchema,
  DirectoryFieldSchema,
  DirectoryRecordSchema,
  GatewayDirectoryService,
  type GetDirectoryFieldRequestSchema,
  type UpdateRecordRequestSchema,
} from '../../../proto/gen/orc8r/protos/directoryd_pb.js';
import { DIRECTORY_RECORD, type DirectoryRecord, directoryRecord } from '../states/directory-record.ts';
import { MAX_STATE_VALUE_BYTES, nameFaults, refuse } from './limits.ts';

/** Fields of one record. */
const MAX_FIELDS = 100;
/** What a gateway says when it means itself. */
const MYSELF = 'hwid';

const checkId = (id: string): void =>
  refuse(nameFaults('', { type: DIRECTORY_RECORD, deviceID: id }).map((fault) => ({ ...fault, path: 'id' })));

/** Says where something is, in place of what this gateway said of it before. Error: `invalid` for an id without text, and beyond the limits. */
async function updateRecord({ id, location, fields }: MessageShape<typeof UpdateRecordRequestSchema>, context: GatewayContext) {
  checkId(id);
  const names = Object.keys(fields);
  if (names.length > MAX_FIELDS)
    throw invalid([{ path: 'fields', message: `has ${names.length} entries; at most ${MAX_FIELDS} are taken` }]);
  const record: DirectoryRecord = {
    location_history: [location === '' || location === MYSELF ? context.hardwareId : location],
    identifiers: fields,
  };
  const value = new TextEncoder().encode(JSON.stringify(record));
  if (value.byteLength > MAX_STATE_VALUE_BYTES)
    throw invalid(`the record has ${value.byteLength} bytes; at most ${MAX_STATE_VALUE_BYTES} are taken`);
  context.reported(context.states.put([{ type: DIRECTORY_RECORD, deviceId: id, value, version: 0n }]));
  return create(VoidSchema);
}

/** Forgets what this gateway said of something; nothing to forget is no error. */
async function deleteRecord({ id }: MessageShape<typeof DeleteRecordRequestSchema>, context: GatewayContext) {
  checkId(id);
  context.states.delete([{ type: DIRECTORY_RECORD, deviceId: id }]);
  return create(VoidSchema);
}

/** One identifier of the newest record in the network. Error: `not_found` for no record, and for no such text in it. */
async function getDirectoryField({ id, fieldKey }: MessageShape<typeof GetDirectoryFieldRequestSchema>, context: GatewayContext) {
  checkId(id);
  const subjects = await context.network.states({ types: [DIRECTORY_RECORD], subjects: [id] });
  const record = directoryRecord.safeParse(subjects.get(id)?.states[0]?.value).data;
  if (!record) throw notFound(`directory record "${id}"`);
  const value = record.identifiers?.[fieldKey];
  if (typeof value !== 'string') throw notFound(`field "${fieldKey.slice(0, 64)}" of directory record "${id}"`);
  return create(DirectoryFieldSchema, { key: fieldKey, value });
}

/** The newest record of everything in the network. What cannot be read is left out, and so are identifiers that are no texts. */
async function getAllDirectoryRecords(_request: unknown, context: GatewayContext) {
  const subjects = await context.network.states({ types: [DIRECTORY_RECORD] });
  const records = [...subjects].flatMap(([id, { states }]) => {
    const record = directoryRecord.safeParse(states[0]?.value).data;
    if (!record) return [];
    const fields = Object.entries(record.identifiers ?? {}).filter((field): field is [string, string] => typeof field[1] === 'string');
    return [create(DirectoryRecordSchema, { id, locationHistory: record.location_history, fields: Object.fromEntries(fields) })];
  });
  return create(AllDirectoryRecordsSchema, { records });
}

/** GatewayDirectoryService, over states of type directory_record (SOUTHBOUND.md 4). */
export const directoryService: readonly SouthboundMethod[] = [
  unary(GatewayDirectoryService.method.updateRecord, updateRecord),
  unary(GatewayDirectoryService.method.deleteRecord, deleteRecord),
  unary(GatewayDirectoryService.method.getDirectoryField, getDirectoryField),
  unary(GatewayDirectoryService.method.getAllDirectoryRecords, getAllDirectoryRecords),
];
