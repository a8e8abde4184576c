import { z } from 'zod';

/** A host, with or without a port. The contract asks for no more than one character that is no colon. */
export const serverAddress = () => z.string().regex(/[^:]+(:[0-9]{1,5})?/, { error: 'must be a host, with or without :port' });

/** An address to bind to, with or without a port; the pattern is the contract's, which any text fits. */
export const bindAddress = () => z.string().regex(/[0-9a-f:.]*(:[0-9]{1,5})?/);
