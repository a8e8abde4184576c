/**
 * What the ids in paths are, and how they look. A path names them only (`pathParams('network_id')`), and many paths share one, so
 * they are described once, here. A new one needs a line.
 */
export const PATH_PARAMETERS: Readonly<Record<string, { readonly description: string; readonly example: string }>> = {
  serial: {
    description: 'Serial number of a certificate, in hex; leading zeros, colons and lower case do not matter',
    example: '5F3A9C0E7B1D',
  },
};
