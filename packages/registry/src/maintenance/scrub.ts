import type { Digest } from '@ashlar/core';

import type { Registry } from '../registry.ts';
import type { TaskControl } from './task.ts';

export interface ScrubOptions {
  /** Bytes a second that are read at most, so that clients do not feel it. */
  readonly rate: number;
}

/** A blob that cannot be read as it was stored, and who holds it. */
export interface Loss {
  readonly digest: string;
  /** At most ten. */
  readonly repositories: readonly string[];
}

export type ScrubFigures = {
  checked: number;
  bytes: number;
  /** Stored with wrong bytes; they are in quarantine now. */
  damaged: Loss[];
  /** Held by a repository and not stored. */
  missing: Loss[];
  /** Could not be read this time, for example because of an error of the disk. */
  unreadable: Loss[];
};

const namedPerPage = 1000;
const shownHolders = 10;
/** Milliseconds between two looks at the rate. */
const minPause = 5;

/** Reads and hashes everything that is stored, and looks for everything that should be. */
export async function scrub(
  registry: Registry,
  { rate }: ScrubOptions,
  { signal, report }: Pick<TaskControl, 'signal' | 'report'>,
): Promise<ScrubFigures> {
  const figures: ScrubFigures = { checked: 0, bytes: 0, damaged: [], missing: [], unreadable: [] };
  const pace = createPace(rate, signal);
  for await (const { digest, size } of registry.blobs.list()) {
    signal.throwIfAborted();
    const loss = async (): Promise<Loss> => await lossOf(registry, digest);
    try {
      const found = await registry.blobs.verify(digest, pace);
      if (found === 'damaged') figures.damaged.push(await loss());
    } catch (error) {
      signal.throwIfAborted();
      registry.log.error({ err: error, digest }, 'a blob could not be read');
      figures.unreadable.push(await loss());
    }
    figures.checked++;
    figures.bytes += size;
    report({ ...figures });
  }
  figures.missing = await findMissing(registry, signal, new Set(figures.damaged.map(({ digest }) => digest)));
  return figures;
}

async function findMissing(
  registry: Registry,
  signal: AbortSignal,
  known: ReadonlySet<string>,
): Promise<Loss[]> {
  const missing: Loss[] = [];
  for (let after = ''; ;) {
    const page = await registry.metadata.query.listNamedBlobs({ after, limit: namedPerPage });
    for (const { digest } of page) {
      signal.throwIfAborted();
      if (known.has(digest) || (await registry.blobs.size(digest as Digest)) !== undefined) continue;
      const loss = await lossOf(registry, digest);
      // Deleted and collected since the page was read.
      if (loss.repositories.length > 0) missing.push(loss);
    }
    if (page.length < namedPerPage) return missing;
    after = page.at(-1)!.digest;
  }
}

async function lossOf({ metadata }: Registry, digest: string): Promise<Loss> {
  return { digest, repositories: await metadata.query.listHolders({ digest, limit: shownHolders }) };
}

/** Waits so long after each piece that reading keeps to the rate. */
function createPace(rate: number, signal: AbortSignal): (bytes: number) => Promise<void> {
  let owed = 0;
  return async (bytes) => {
    signal.throwIfAborted();
    owed += (bytes / rate) * 1000;
    if (owed < minPause) return;
    const pause = owed;
    owed = 0;
    await new Promise((resolve) => setTimeout(resolve, pause));
  };
}
