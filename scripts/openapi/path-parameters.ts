/**
 * What the ids in paths are, and how they look. A path names them only (`pathParams('network_id')`), and many paths share one, so
 * they are described once, here. A new one needs a line.
 */
export const PATH_PARAMETERS: Readonly<Record<string, { readonly description: string; readonly example: string }>> = {};
