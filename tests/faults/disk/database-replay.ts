import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { Event } from './database-record.ts';
import { type Choose, LossyFile } from './lossy-file.ts';
import { LossyFolder } from './lossy-folder.ts';

/** Whether an event is left out, as if the program did not do it: the tests must notice. */
export type Mutant = (event: Event) => boolean;

/**
 * Plays a recording up to an event and cuts the power there, again and again. Each time SQLite has to find a database
 * that is whole and holds all that was acknowledged. `cuts` are positions in the recording, in ascending order.
 * @returns what went wrong
 */
export async function replay(
  events: readonly Event[],
  cuts: readonly number[],
  choose: Choose,
  mutant: Mutant = () => false,
): Promise<string[]> {
  const folder = new LossyFolder();
  const acknowledged: string[] = [];
  const problems: string[] = [];
  let at = 0;
  for (const cut of cuts) {
    for (; at < cut; at++) if (!mutant(events[at]!)) play(events[at]!, folder, acknowledged);
    const problem = await examine(folder.survivor(choose), acknowledged);
    if (problem !== undefined) problems.push(`after event ${cut} of ${events.length}: ${problem}`);
  }
  return problems;
}

function play(event: Event, folder: LossyFolder, acknowledged: string[]): void {
  if (event.kind === 'acknowledge') return void acknowledged.push(event.name);
  if (event.kind === 'syncFolder') return folder.sync();
  const known = folder.entries.get(event.name);
  if (event.kind === 'create') {
    if (known === undefined) folder.set(event.name, new LossyFile());
    return;
  }
  if (!(known instanceof LossyFile))
    throw new Error(`the recording has ${event.kind} of ${event.name}, which is not there`);
  switch (event.kind) {
    case 'write':
      return known.write(event.bytes, event.position);
    case 'truncate':
      return known.truncate(event.size);
    case 'unlink':
      return folder.set(event.name, undefined);
    case 'sync':
      return known.sync();
  }
}

/** Opens what survived, as the next start would; says what is wrong with it. */
async function examine(survivor: LossyFolder, acknowledged: readonly string[]): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-replay-'));
  try {
    for (const [name, file] of survivor.entries) {
      if (file instanceof LossyFile) await writeFile(join(folder, name), file.bytes);
    }
    using database = new DatabaseSync(join(folder, 'metadata.db'));
    const [row] = database.prepare('pragma integrity_check').all();
    if (row?.['integrity_check'] !== 'ok') return `integrity_check: ${JSON.stringify(row)}`;
    if (acknowledged.length === 0) return undefined;
    const rows = database.prepare('select name, value from secret').all();
    const values = new Map(rows.map(({ name, value }) => [String(name), String(value)]));
    const missing = acknowledged.find((name) => values.get(name) !== name.repeat(1_000));
    return missing === undefined ? undefined : `${missing} was acknowledged and is not there`;
  } catch (error) {
    return String(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
