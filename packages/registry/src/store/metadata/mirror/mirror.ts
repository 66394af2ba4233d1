import type { Kysely } from 'kysely';

import { existsSync, readFileSync, renameSync, writeFileSync } from '../../../gateway/file-system.ts';
import { type Position, readPosition } from '../position.ts';
import type { Schema } from '../schema.ts';
import { readRows } from '../snapshot.ts';
import { openReader, type SqliteConnection } from '../sqlite/connection.ts';
import { removeDatabase } from '../sqlite/database-files.ts';
import { startWriterThread, type WriterThread } from '../sqlite/writer-thread.ts';
import type { MirrorBatch } from './command.ts';

/** Where the rows come from: a connection to the record. */
export interface MirrorSource {
  readonly db: Kysely<Schema>;
  /** Runs a statement that steers the transaction. */
  control(statement: string): Promise<unknown>;
}

/** A copy of the metadata in a SQLite file, to read from. It can be made anew at any time. */
export interface Mirror {
  readonly path: string;
  /** How far it has come; undefined when that is not known, or when there is nothing to read. */
  position(): Position | undefined;
  /** What queries run on: always a whole one, and until the next turn of the event loop the same. */
  db(): Kysely<Schema>;
  /** Repeats a batch that was committed. When that fails nothing is known about the mirror any more. */
  apply(batch: MirrorBatch): Promise<void>;
  /** Reads everything once more, into another file that then takes the place of the old one. */
  rebuild(source: MirrorSource): Promise<void>;
  /** Says that it is damaged, so that it is made anew. */
  distrust(): void;
  close(): Promise<void>;
}

interface Opened {
  readonly writer: WriterThread;
  readonly reader: SqliteConnection;
}

/** Opens the mirror that is there, if it is any good, and of this database: `of` says which one, for people. */
export async function openMirror(path: string, of: string): Promise<Mirror> {
  let opened: Opened | undefined;
  let reader: SqliteConnection | undefined;
  let position: Position | undefined;

  async function open(): Promise<void> {
    const writer = await startWriterThread(path, 'mirror');
    try {
      position = (await writer.run('readPosition', undefined)) as Position | undefined;
      reader ??= openReader(path);
      opened = { writer, reader };
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  /** The first: nobody reads it yet, so that it grows where it stays. Without a position it is nothing. */
  async function create(source: MirrorSource): Promise<void> {
    const { writer, position: reached } = await fill(path, source);
    reader = openReader(path);
    opened = { writer, reader };
    position = reached;
  }

  async function replace(source: MirrorSource): Promise<void> {
    const fresh = `${path}.new`;
    const { writer } = await fill(fresh, source);
    // Puts all of it into one file, on disk.
    await writer.close();
    await opened?.writer.close().catch(() => {});
    opened = undefined;
    await nextTurn();
    if (reader?.database.isOpen) reader.database.close();
    removeDatabase(path);
    renameSync(fresh, path);
    reader = openReader(path);
    await open();
  }

  removeDatabase(`${path}.new`);
  const label = `${path}.of`;
  if (existsSync(label) && readFileSync(label, 'utf8') !== of) removeDatabase(path);
  writeFileSync(label, of, { mode: 0o600 });
  if (existsSync(path)) await open().catch(() => {});

  return {
    path,
    position: () => position,
    db() {
      if (!reader) throw new Error('there is no mirror yet');
      return reader.db;
    },
    async apply(batch) {
      if (!opened || !position) throw new Error('there is no mirror to apply this to');
      position = undefined;
      await opened.writer.run('applyBatch', batch);
      position = { batch: batch.batch, number: batch.number };
    },
    async rebuild(source) {
      position = undefined;
      await (reader ? replace(source) : create(source));
    },
    distrust() {
      position = undefined;
    },
    async close() {
      if (reader?.database.isOpen) reader.database.close();
      // The last to go puts all of it into one file.
      await opened?.writer.close();
    },
  };
}

/** Makes a mirror of everything that the record holds at one moment. */
async function fill(
  path: string,
  source: MirrorSource,
): Promise<{ writer: WriterThread; position: Position | undefined }> {
  removeDatabase(path);
  const writer = await startWriterThread(path, 'mirror');
  try {
    await source.control('begin isolation level repeatable read, read only');
    for await (const page of readRows(source.db)) await writer.run('writePage', page);
    const position = await readPosition(source.db);
    await writer.run('writePosition', position);
    await source.control('commit');
    return { writer, position };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/**
 * Queries take several steps, but all of them within one turn of the event loop, as SQLite never lets them wait: at the
 * beginning of a turn there is none under way.
 */
async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
