// How much of the clients' data may be held at once: requests that are not complete, answers that nobody has read.
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';

/** A bound that many calls share: a client that sends or reads slowly costs its own calls, not the machine's memory. */
export class MemoryBudget {
  private readonly limitBytes: number;
  private heldBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Bytes held now. */
  get held(): number {
    return this.heldBytes;
  }

  /** Counts bytes that are held from now on. Throws GrpcError RESOURCE_EXHAUSTED when there is no room for them. */
  take(bytes: number): void {
    if (this.heldBytes + bytes > this.limitBytes) {
      throw new GrpcError(
        GrpcStatus.RESOURCE_EXHAUSTED,
        `the local clients of this proxy hold more than ${this.limitBytes} bytes unread or unsent`,
      );
    }
    this.heldBytes += bytes;
  }

  give(bytes: number): void {
    this.heldBytes -= bytes;
  }
}
