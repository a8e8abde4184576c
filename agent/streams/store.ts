// Streams of shared content as the gateway keeps them: one SQLite file, so that each change is durable and whole.
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StreamPosition, StreamUpdate } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';

export type Position = Pick<StreamPosition, 'stream' | 'version' | 'digest' | 'resume'>;

/** An update that does not fit what is held; the cloud then sends the whole. */
export class MisfitError extends Error {
  override readonly name = 'MisfitError';
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS streams (stream TEXT PRIMARY KEY, version TEXT NOT NULL, digest TEXT NOT NULL, resume TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS items (stream TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (stream, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS aside (stream TEXT NOT NULL, key TEXT NOT NULL, value BLOB, PRIMARY KEY (stream, key)) WITHOUT ROWID;`;

export interface HeldStream extends Position {
  readonly items: number;
}

export class StreamStore {
  private readonly path: string;
  private database: DatabaseSync | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** What is held of a stream: nothing, when it was never taken. */
  position(stream: string): Position {
    const row = this.open().prepare('SELECT version, digest, resume FROM streams WHERE stream = ?').get(stream);
    if (!row) return { stream, version: 0n, digest: '', resume: '' };
    return { stream, version: BigInt(String(row['version'])), digest: String(row['digest']), resume: String(row['resume']) };
  }

  /** All that is held, without the contents: they hold keys of subscribers. */
  held(): HeldStream[] {
    const rows = this.open()
      .prepare('SELECT stream, (SELECT COUNT(*) FROM items WHERE stream = s.stream) AS items FROM streams AS s ORDER BY stream')
      .all();
    return rows.map((row) => ({ ...this.position(String(row['stream'])), items: Number(row['items']) }));
  }

  /** The items of a stream in order of key, one at a time. */
  *items(stream: string): Iterable<{ key: string; value: Uint8Array }> {
    for (const row of this.open().prepare('SELECT key, value FROM items WHERE stream = ? ORDER BY key').iterate(stream)) {
      yield { key: String(row['key']), value: row['value'] as Uint8Array };
    }
  }

  /**
   * Takes an update: a part is kept aside, the last one puts all of them in force. When this returns, it is on the disk. Throws
   * MisfitError when the update does not go with what is held; what was held stays, what was kept aside is dropped.
   */
  take(update: StreamUpdate): void {
    const { stream, version, digest, baseDigest, more, resume, follows } = update;
    const whole = update.batch?.resync === true;
    const held = this.position(stream);
    const fits = whole || baseDigest === held.digest;
    if (!fits || (follows !== '' && follows !== held.resume)) {
      this.drop(held);
      throw new MisfitError(
        fits ? 'this part does not go on from the one that is kept' : 'this is a change of other content than what is held',
      );
    }
    this.transaction(() => {
      if (follows === '') this.run('DELETE FROM aside WHERE stream = ?', stream);
      this.keepAside(update);
      if (more) return this.place({ ...held, resume });
      if (whole) this.run('DELETE FROM items WHERE stream = ?', stream);
      else this.run('DELETE FROM items WHERE stream = ?1 AND key IN (SELECT key FROM aside WHERE stream = ?1 AND value IS NULL)', stream);
      this.run('INSERT OR REPLACE INTO items SELECT stream, key, value FROM aside WHERE stream = ? AND value IS NOT NULL', stream);
      this.run('DELETE FROM aside WHERE stream = ?', stream);
      return this.place({ stream, version, digest, resume: '' });
    });
  }

  close(): void {
    this.database?.close();
    this.database = undefined;
  }

  private keepAside({ stream, batch, deleted }: StreamUpdate): void {
    const keep = this.open().prepare('INSERT OR REPLACE INTO aside (stream, key, value) VALUES (?, ?, ?)');
    for (const { key, value } of batch?.updates ?? []) keep.run(stream, key, value);
    for (const key of deleted) keep.run(stream, key, null);
  }

  private drop(held: Position): void {
    this.transaction(() => {
      this.run('DELETE FROM aside WHERE stream = ?', held.stream);
      if (held.resume !== '') this.place({ ...held, resume: '' });
    });
  }

  private place({ stream, version, digest, resume }: Position): void {
    this.run(
      'INSERT OR REPLACE INTO streams (stream, version, digest, resume) VALUES (?, ?, ?, ?)',
      stream,
      version.toString(),
      digest,
      resume,
    );
  }

  private run(sql: string, ...values: string[]): void {
    this.open()
      .prepare(sql)
      .run(...values);
  }

  private transaction(work: () => void): void {
    const database = this.open();
    database.exec('BEGIN IMMEDIATE');
    try {
      work();
      database.exec('COMMIT');
    } catch (error) {
      // A full disk has ended the transaction already, and is the reason to be told.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  private open(): DatabaseSync {
    if (this.database) return this.database;
    mkdirSync(dirname(this.path), { recursive: true });
    keepPrivate(this.path);
    const database = new DatabaseSync(this.path);
    // An ACK says that the content is on the disk, so every commit has to reach it.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(SCHEMA);
    this.database = database;
    return database;
  }
}

/** The files of a database; SQLite makes the other two with the rights that the first has at that moment. */
export const filesOf = (path: string): readonly string[] => [path, `${path}-wal`, `${path}-shm`];

/** Nobody but the owner may read what is here or will be: keys of subscribers. An earlier agent may have left files that others can read. */
function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  for (const file of filesOf(path)) if (existsSync(file)) chmodSync(file, 0o600);
}
