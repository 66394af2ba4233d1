import { ashlarError } from '@ashlar/core';

import { crashPoint } from '../gateway/crash-point.ts';
import type { Registry } from '../registry.ts';
import type { StoredBlob } from '../store/blob/index.ts';
import type { TaskControl } from './task.ts';

export interface CollectOptions {
  /** Seconds that content stays after its last use: longer than the longest push takes. */
  readonly grace: number;
  /** Count only. */
  readonly dryRun: boolean;
}

export type CollectFigures = {
  /** Unfinished uploads that nobody went on with. */
  uploads: number;
  /** Blobs taken out of repositories in which no manifest names them. */
  unnamed: number;
  /** Blobs removed from the store because no repository holds them, and their bytes. */
  blobs: number;
  bytes: number;
  /** Blobs that no repository holds and that wait for the end of their grace. */
  waiting: number;
  waitingBytes: number;
};

type CollectControl = Pick<TaskControl, 'signal' | 'report'>;

const rowsPerPage = 1000;
const rowsPerCommand = 100;
const blobsPerLook = 500;
/** More repositories than let go of one blob in one run. */
const maxHolders = 100_000;

/**
 * Removes what nobody can reach: first blobs that no manifest of their repository names, then stored bytes that no
 * repository holds. Uploads go on meanwhile: what was promised to a client within the grace stays, and bytes whose row
 * is about to be written are leased.
 * @throws ASH-UNAVAILABLE while the record of the metadata is away
 */
export async function collectGarbage(
  registry: Registry,
  options: CollectOptions,
  { signal, report }: CollectControl,
): Promise<CollectFigures> {
  const before = registry.clock.now() - options.grace * 1000;
  const figures: CollectFigures = { uploads: 0, unnamed: 0, blobs: 0, bytes: 0, waiting: 0, waitingBytes: 0 };
  if (!options.dryRun) {
    requireRecord(registry);
    figures.uploads = await registry.blobs.sweepUploads(
      registry.clock.now() - registry.config.uploadTtl * 1000,
    );
  }
  /** Of a dry run: how many repositories would have let a blob go. */
  const released = new Map<string, number>();
  for await (const page of unnamedBlobs(registry, before)) {
    signal.throwIfAborted();
    if (options.dryRun) for (const { digest } of page) released.set(digest, (released.get(digest) ?? 0) + 1);
    figures.unnamed += options.dryRun ? page.length : await takeOut(registry, before, page);
    report({ ...figures });
  }
  const isHeld = async (digest: string) =>
    (await registry.metadata.query.listHolders({ digest, limit: maxHolders })).length >
    (released.get(digest) ?? 0);
  for await (const some of chunks(registry.blobs.list())) {
    signal.throwIfAborted();
    await sweep(registry, some, before, options.dryRun ? isHeld : undefined, figures);
    report({ ...figures });
  }
  return figures;
}

interface RepositoryBlob {
  readonly repository: string;
  readonly digest: string;
}

async function* unnamedBlobs({ metadata }: Registry, before: number): AsyncGenerator<RepositoryBlob[]> {
  for (let after: RepositoryBlob | undefined; ;) {
    const page = await metadata.query.listHeldBlobs({ after, limit: rowsPerPage });
    yield page.filter(({ isNamed, leased_at }) => !isNamed && leased_at < before);
    if (page.length < rowsPerPage) return;
    after = page.at(-1);
  }
}

/** In small commands, so that pushes get their turn. Each looks again: what was named meanwhile stays. */
async function takeOut(
  { metadata }: Registry,
  before: number,
  page: readonly RepositoryBlob[],
): Promise<number> {
  let taken = 0;
  for (let start = 0; start < page.length; start += rowsPerCommand) {
    const blobs = page
      .slice(start, start + rowsPerCommand)
      .map(({ repository, digest }) => ({ repository, digest }));
    taken += (await metadata.command.collectBlobs({ before, blobs })).collected;
    crashPoint('collect.taken-out');
  }
  return taken;
}

/** `dryRun` says of a digest that repositories hold whether one would be left after the run; undefined: remove. */
async function sweep(
  registry: Registry,
  some: readonly StoredBlob[],
  before: number,
  dryRun: ((digest: string) => Promise<boolean>) | undefined,
  figures: CollectFigures,
): Promise<void> {
  const held = await registry.metadata.query.findNamedDigests({ digests: some.map(({ digest }) => digest) });
  for (const blob of some) {
    if (held.has(blob.digest) && (dryRun === undefined || (await dryRun(blob.digest)))) continue;
    if (blob.storedAt >= before) {
      figures.waiting++;
      figures.waitingBytes += blob.size;
    } else if (dryRun !== undefined || (await remove(registry, blob))) {
      figures.blobs++;
      figures.bytes += blob.size;
    }
  }
}

/** Asks once more while nobody can begin to rely on the blob. */
async function remove(registry: Registry, { digest }: StoredBlob): Promise<boolean> {
  const { leases, metadata, blobs } = registry;
  const removed = await leases.collect(digest, async () => {
    requireRecord(registry);
    if ((await metadata.query.findNamedDigests({ digests: [digest] })).size > 0) return false;
    await blobs.delete(digest);
    crashPoint('collect.removed');
    return true;
  });
  return removed === true;
}

/** While it is away, nobody knows whether the last commit went through: then it names bytes that no query shows. */
function requireRecord({ metadata }: Registry): void {
  const reason = metadata.outage?.();
  if (reason !== undefined) throw ashlarError('ASH-UNAVAILABLE', { reason });
}

async function* chunks(blobs: AsyncIterable<StoredBlob>): AsyncGenerator<StoredBlob[]> {
  let some: StoredBlob[] = [];
  for await (const blob of blobs) {
    some.push(blob);
    if (some.length < blobsPerLook) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}
