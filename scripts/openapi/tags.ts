/** What the operations of each tag are about; the page at /docs shows it above them. A new tag needs a line here. */
export const TAGS: Readonly<Record<string, string>> = {
  Certificates: 'Client certificates of gateways and operators: which there are, when they end, and an end before that.',
};
