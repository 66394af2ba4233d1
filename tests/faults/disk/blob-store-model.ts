import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import type { Digest } from '@ashlar/core';
import { type BlobStore, openFileBlobStore } from '@ashlar/registry/store/blob';
import fc from 'fast-check';

import { randomOf } from '../operation/operation.ts';
import { LossyDisk, PowerCut, systemError, type Watch } from './lossy-disk.ts';

/** What a client does, alone or two of them at once. */
export interface Step {
  readonly kind: 'put' | 'upload' | 'delete';
  readonly contents: readonly number[];
  /** Which sync fails, counted from 1; 0 is none. */
  readonly failingSync: number;
  /** After how many calls of the file system the power goes; undefined when it stays. */
  readonly cutAfter: number | undefined;
  /** What survives then. */
  readonly seed: number;
}

const folder = '/blobs';
const noLimit = Number.MAX_SAFE_INTEGER;

/** Blobs of several blocks; the first three share a folder, so that they share its syncs. */
export const contents: readonly Buffer[] = (() => {
  const all = Array.from({ length: 2_000 }, (_, i) => Buffer.from(`content ${i} `.repeat(1 + (i % 30))));
  const near = all.filter((bytes) => hexOf(bytes).startsWith('ab')).slice(0, 3);
  return [...near, ...all.slice(0, 3), Buffer.alloc(0)];
})();

export const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('put', 'upload', 'put', 'upload', 'delete'),
  contents: fc.array(fc.nat(contents.length - 1), { minLength: 1, maxLength: 2 }),
  failingSync: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(4) }),
  cutAfter: fc.option(fc.nat(40), { nil: undefined, freq: 2 }),
  seed: fc.nat(),
});

/** A call that is said to have been made and was not: the tests must notice. */
export type Mutant = (call: string, path: string) => boolean;

/** Runs the steps; after each power cut all that was acknowledged has to be whole. Returns how many cuts there were. */
export async function playSteps(steps: readonly Step[], mutant: Mutant = () => false): Promise<number> {
  let syncs = 0;
  let failing = 0;
  const watch: Watch = (call, path) => {
    if (!/sync/.test(call)) return;
    syncs += 1;
    if (syncs === failing) throw systemError('EIO', path);
  };
  let disk = new LossyDisk(watch);
  const acknowledged = new Set<number>();
  let store = await open(disk, mutant);
  let cuts = 0;

  for (const { kind, contents: chosen, failingSync, cutAfter, seed } of steps) {
    disk.callsLeft = cutAfter ?? Infinity;
    syncs = 0;
    failing = failingSync;
    // One deletion at a time: whether it came before another upload, nobody could say.
    const targets = kind === 'delete' ? chosen.slice(0, 1) : chosen;
    if (kind === 'delete') acknowledged.delete(targets[0]!);
    await Promise.all(
      targets.map(async (target) => {
        if ((await succeeds(change(store, kind, contents[target]!))) && kind !== 'delete')
          acknowledged.add(target);
      }),
    );
    failing = 0;
    if (cutAfter === undefined) continue;
    cuts += 1;
    disk = disk.cut(randomOf(seed).below);
    store = await open(disk, mutant);
    await check(disk, store, acknowledged);
  }
  await store.close();
  if (disk.openHandles > 0) throw new Error(`${disk.openHandles} files were left open`);
  return cuts;
}

async function open(disk: LossyDisk, isSkipped: Mutant): Promise<BlobStore> {
  const real = disk.fileSystem;
  const skip = (call: string, work: (path: string) => Promise<void>) => async (path: string) =>
    isSkipped(call, path) ? undefined : await work(path);
  const files: typeof real = {
    ...real,
    syncFolder: skip('syncFolder', real.syncFolder),
    openFile: async (...parameters) => {
      const handle = await real.openFile(...parameters);
      const datasync = handle.datasync.bind(handle);
      const skipped = skip('datasync', async () => await datasync());
      return Object.assign(handle, { datasync: async () => await skipped(parameters[0]) });
    },
  };
  return await openFileBlobStore(folder, { clock: { now: () => 0 }, files });
}

async function change(store: BlobStore, kind: Step['kind'], bytes: Buffer): Promise<void> {
  const digest = `sha256:${hexOf(bytes)}` as Digest;
  if (kind === 'delete') return await store.delete(digest);
  if (kind === 'put') return void (await store.put(bytes));
  const id = await store.createUpload();
  for (const piece of [bytes.subarray(0, 40), bytes.subarray(40)]) {
    await store.append(id, undefined, Readable.from([piece], { objectMode: false }), noLimit);
  }
  await store.finishUpload(id, digest);
}

/** Whether the work was acknowledged; the disk may have failed, nothing else. */
async function succeeds(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof PowerCut || code === 'EIO' || /was not synced/.test(message)) return false;
    throw error;
  }
}

async function check(disk: LossyDisk, store: BlobStore, acknowledged: ReadonlySet<number>): Promise<void> {
  for (const target of acknowledged) {
    const bytes = contents[target]!;
    const found = await store.read(`sha256:${hexOf(bytes)}` as Digest);
    if (found === undefined) throw new Error(`content ${target} was acknowledged and is gone`);
    if (!found.equals(bytes)) throw new Error(`content ${target} was acknowledged and has other bytes`);
  }
  for (const [path, bytes] of disk.files()) {
    if (path.includes('/sha256/') && !path.endsWith(hexOf(bytes)))
      throw new Error(`${path} is there by half`);
  }
}

function hexOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
