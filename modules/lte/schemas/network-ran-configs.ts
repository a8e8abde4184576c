import { z } from 'zod';
import { uint32 } from '../../../core/rest/fields.ts';
import { bandOfDownlink, inRange } from './earfcn-bands.ts';

/** Channel widths that an LTE cell of this platform may have, in MHz. */
export const bandwidthMhz = () => z.literal([3, 5, 10, 15, 20]);
/** Uplink-downlink split of a TDD frame (3GPP TS 36.211, table 4.2-2). */
export const subframeAssignment = () => uint32().max(6);
/** Layout of the special subframe (3GPP TS 36.211, table 4.2-1). */
export const specialSubframePattern = () => uint32().max(9);

const fddConfig = z.object({
  earfcndl: uint32()
    .min(1)
    .meta({ description: 'Downlink channel number (EARFCN) in an FDD band, which decides the band', examples: [1] }),
  earfcnul: uint32()
    .min(1)
    .meta({ description: 'Uplink channel number (EARFCN) in the uplink part of the same band', examples: [18001] }),
});

const tddConfig = z.object({
  earfcndl: uint32()
    .min(1)
    .meta({ description: 'Channel number (EARFCN) in a TDD band, for both directions', examples: [44590] }),
  // Zero is a split of its own in 3GPP, yet the contract counts it as missing in a required number.
  subframe_assignment: subframeAssignment()
    .min(1)
    .meta({ description: 'Uplink-downlink split of a frame, 1 to 6 (3GPP TS 36.211, table 4.2-2)', examples: [2] }),
  special_subframe_pattern: specialSubframePattern()
    .min(1)
    .meta({ description: 'Layout of the special subframe, 1 to 9 (3GPP TS 36.211, table 4.2-1)', examples: [7] }),
});

export const networkRanConfigs = z
  .object({
    bandwidth_mhz: bandwidthMhz().describe('Channel width of the cells, in MHz'),
    fdd_config: fddConfig.optional().describe('Radio settings when uplink and downlink use two channels'),
    tdd_config: tddConfig.optional().describe('Radio settings when uplink and downlink share one channel'),
  })
  .superRefine(({ fdd_config: fdd, tdd_config: tdd }, ctx) => {
    const fault = (message: string, ...path: string[]) => ctx.addIssue({ code: 'custom', message, path });
    if (fdd && tdd) fault('holds both fdd_config and tdd_config; a network is either FDD or TDD');
    if (!fdd && !tdd) fault('needs one of fdd_config and tdd_config');
    if (fdd) {
      const band = bandOfDownlink(fdd.earfcndl);
      if (band?.mode !== 'FDD') fault(notIn('FDD', fdd.earfcndl, band?.band), 'fdd_config', 'earfcndl');
      else if (!inRange(fdd.earfcnul, band.uplink)) {
        const [first, last] = band.uplink;
        fault(
          `must be ${first} to ${last}, the uplink of band ${band.band}, in which earfcndl ${fdd.earfcndl} lies`,
          'fdd_config',
          'earfcnul',
        );
      }
    }
    if (tdd) {
      const band = bandOfDownlink(tdd.earfcndl);
      if (band?.mode !== 'TDD') fault(notIn('TDD', tdd.earfcndl, band?.band), 'tdd_config', 'earfcndl');
    }
  })
  .meta({
    id: 'network_ran_configs',
    description: 'Radio settings that all cells of a network share',
    examples: [{ bandwidth_mhz: 20, tdd_config: { earfcndl: 44_590, subframe_assignment: 2, special_subframe_pattern: 7 } }],
  });

const notIn = (mode: string, earfcn: number, band: number | undefined): string =>
  band === undefined ? `${earfcn} lies in no LTE band` : `${earfcn} lies in band ${band}, which is no ${mode} band`;

export type NetworkRanConfigs = z.infer<typeof networkRanConfigs>;
