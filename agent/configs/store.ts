// gateway.mconfig, and beside it which version of stream `configs` it is.
import { createHash } from 'node:crypto';
import { readFileIfThere, writeFileAtomic, writeFileSoon } from '../storage/atomic-file.ts';

/** What is held of the stream; version 0 and an empty digest mean nothing. */
export interface Position {
  version: bigint;
  digest: string;
}

export const NOTHING_HELD: Position = { version: 0n, digest: '' };

export class MconfigStore {
  readonly path: string;
  private readonly positionPath: string;

  constructor(path: string) {
    this.path = path;
    this.positionPath = `${path}.position`;
  }

  /** The content of gateway.mconfig, if there is one. */
  content(): Promise<Uint8Array | undefined> {
    return readFileIfThere(this.path);
  }

  /**
   * What may be claimed as held. The position counts only when the content is the very one it was written for: after a
   * crash between the two writes, or an edit by hand, nothing is held and the cloud sends the config again.
   */
  async position(): Promise<Position> {
    const [content, kept] = await Promise.all([this.content(), readFileIfThere(this.positionPath)]);
    if (!content || !kept) return NOTHING_HELD;
    try {
      const { version, digest, sha256 } = JSON.parse(kept.toString('utf8')) as Record<string, unknown>;
      if (typeof version !== 'string' || typeof digest !== 'string' || sha256 !== hash(content)) return NOTHING_HELD;
      return { version: BigInt(version), digest };
    } catch {
      return NOTHING_HELD;
    }
  }

  /** Writes the content first, safe from a crash, then its position, which is checked against the content when it is read. */
  async write(content: Uint8Array, position: Position): Promise<void> {
    await writeFileAtomic(this.path, content);
    const kept = { version: position.version.toString(), digest: position.digest, sha256: hash(content) };
    await writeFileSoon(this.positionPath, `${JSON.stringify(kept)}\n`);
  }
}

function hash(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
