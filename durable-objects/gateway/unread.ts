import { CloseCode, MAX_UNREAD_BYTES } from '../../core/wire/limits.ts';
import { FrameError } from '../../core/wire/frame.ts';

/** What a frame costs the runtime beside its bytes, about. */
const FRAME_COST = 64;
/** An answer is marked when so much has been sent since the last mark: small ones need none of their own. */
const MARK_AFTER_BYTES = 64 * 1024;
/** Room for refusals, beyond which a gateway is cut off that asks and asks and reads nothing. */
const REFUSAL_BYTES = 8 * 1024 * 1024;

/**
 * What went down one connection in answer to its gateway, and how much of it the gateway is known to have read. The runtime keeps what a
 * socket does not take and does not say how much that is, so answers carry a mark that nobody can guess, and calls the newest mark that
 * their gateway has seen. Kept in memory: a hibernation forgets it and costs no more than the limit once again.
 */
export class Unread {
  #sent = 0;
  #read = 0;
  #marked = 0;
  #marks: { readonly mark: number; readonly sent: number }[] = [];
  readonly #random: () => number;

  /** `random` answers 32 bits. */
  constructor(random: () => number = () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) {
    this.#random = random;
  }

  /** Whether an answer of so many bytes in so many frames may still be sent. */
  hasRoom(bytes: number, frames: number): boolean {
    return this.#sent - this.#read + bytes + frames * FRAME_COST <= MAX_UNREAD_BYTES;
  }

  /** Counts what is sent. Throws FrameError when it is too much by far. */
  add(bytes: number, frames = 1): void {
    this.#sent += bytes + frames * FRAME_COST;
    if (this.#sent - this.#read > MAX_UNREAD_BYTES + REFUSAL_BYTES)
      throw new FrameError(CloseCode.unread, 'too much was asked for and not read');
  }

  /** The mark for what was counted so far; 0: none is needed. */
  mark(): number {
    if (this.#sent - this.#marked < MARK_AFTER_BYTES) return 0;
    this.#marked = this.#sent;
    const mark = this.#random() || 1;
    this.#marks.push({ mark, sent: this.#sent });
    return mark;
  }

  /** The gateway shows a mark: it has read everything up to there. */
  seen(mark: number): void {
    if (mark === 0) return;
    const at = this.#marks.findIndex((known) => known.mark === mark);
    this.#read = this.#marks[at]?.sent ?? this.#read;
    this.#marks = this.#marks.slice(at + 1);
  }
}
