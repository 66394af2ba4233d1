import type { Kysely } from 'kysely';

import type { CommandCall } from '../batch.ts';
import { type Command, commands } from '../command/index.ts';
import { type Position, readPosition, writePosition } from '../position.ts';
import type { Schema } from '../schema.ts';
import { type RowPage, writeRows } from '../snapshot.ts';

/** What happened to the record, to happen again: all of it, or none. */
export interface MirrorBatch extends Position {
  /** The commands that succeeded there, in their order. */
  readonly calls: readonly CommandCall[];
}

/** What the writer of a mirror does; each is one transaction. */
export const mirrorCommands = {
  async applyBatch(db: Kysely<Schema>, { calls, ...position }: MirrorBatch): Promise<void> {
    const known: Readonly<Record<string, Command>> = commands;
    for (const { name, input } of calls) await known[name]!(db, input as never);
    await writePosition(db, position);
  },
  readPosition,
  writePosition,
  async writePage(db: Kysely<Schema>, page: RowPage): Promise<void> {
    await writeRows(
      db,
      (async function* () {
        yield page;
      })(),
    );
  },
} satisfies Record<string, Command>;
