import { z } from 'zod';

const count = z.int().min(0);

export const stateIndexReport = z
  .object({
    network_id: z.string().meta({ description: 'Network that was asked about', examples: ['city'] }),
    indexers: z
      .array(
        z.object({
          name: z.string().meta({ description: 'Indexer', examples: ['directory'] }),
          version: count.meta({ description: 'Version of the entries that are there; 0: there are none yet', examples: [1] }),
          state_types: z.array(z.string()).meta({ description: 'Types of the states that it reads', examples: [['directory_record']] }),
          reindexing: z
            .object({
              to_version: count.meta({ description: 'Version that the entries are made again for', examples: [2] }),
              done: count.meta({ description: 'States that are done', examples: [1250] }),
              total: count.meta({ description: 'States that there were when it began', examples: [20000] }),
            })
            .nullable()
            .describe('How far the entries are that are being made again; null: all are up to date'),
        }),
      )
      .describe('Each indexer of reported states'),
    state_types: z
      .array(
        z.object({
          type: z.string().meta({ description: 'Type of states', examples: ['single_enodeb'] }),
          states: count.meta({ description: 'States of it, each reporter of a device counted', examples: [12] }),
          faulty: count.meta({ description: 'Those among them whose value is not what the type says', examples: [0] }),
        }),
      )
      .describe('Numbers of reported states that the network keeps'),
    faulty: z
      .array(
        z.object({
          type: z.string().meta({ description: 'Type of the state', examples: ['single_enodeb'] }),
          device_id: z.string().meta({ description: 'Device that it is about', examples: ['120200002618AGP0003'] }),
          hardware_id: z
            .string()
            .meta({ description: 'Hardware id of the gateway that reported it', examples: ['22ffea10-7fc4-4427-975a-b9e4ce8f6f4d'] }),
          received_at: z.int().meta({ description: 'When it was received, unix milliseconds', examples: [1767182400000] }),
          fault: z.string().meta({ description: 'What is wrong with it', examples: ['is not JSON'] }),
        }),
      )
      .describe('States whose value is not what their type says, the newest hundred'),
  })
  .meta({ id: 'state_index_report', description: 'How far the indexes of reported states are, and what could not be read' });
