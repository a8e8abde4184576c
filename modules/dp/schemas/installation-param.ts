import { z } from 'zod';
import { keepZero } from '../../../core/rest/fields.ts';

const antennaGain = () =>
  keepZero(z.number())
    .optional()
    .meta({ description: 'Gain of the antenna, in dBi', examples: [15] });

export const mutableInstallationParam = z
  .object({ antenna_gain: antennaGain() })
  .meta({ id: 'mutable_installation_param', description: 'What an operator says about how a CBSD is installed' });

export const installationParam = z
  .object({
    antenna_gain: antennaGain(),
    height_m: keepZero(z.number())
      .optional()
      .meta({ description: 'Height of the antenna, in metres', examples: [12.5] }),
    height_type: keepZero(z.enum(['agl', 'amsl']))
      .optional()
      .describe('Whether height is above ground (`agl`) or above sea level (`amsl`)'),
    indoor_deployment: keepZero(z.boolean()).optional().describe('Whether it stands indoors'),
    latitude_deg: keepZero(z.number())
      .optional()
      .meta({ description: 'Latitude of the antenna, WGS 84, in degrees', examples: [37.419735] }),
    longitude_deg: keepZero(z.number())
      .optional()
      .meta({ description: 'Longitude of the antenna, WGS 84, in degrees', examples: [-122.072205] }),
  })
  .meta({ id: 'installation_param', description: 'How a CBSD is installed, as far as it is known' });
