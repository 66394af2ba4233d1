import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run } from '../support/run.ts';
import type { Installation } from './bench.ts';
import { type Client, Refused } from './client.ts';
import { blobOperations } from './operation/blob.ts';
import { identityOperations } from './operation/identity.ts';
import type { Change, Operation, Random } from './operation/operation.ts';
import { versionOperations } from './operation/version.ts';
import type { Series } from './series.ts';
import type { Server } from './server.ts';
import { untilReady } from './until-ready.ts';
import { Violation } from './violation.ts';

/** Every way to write, the largest first. */
const operations = [
  blobOperations[0]!,
  blobOperations[1]!,
  versionOperations[1]!,
  versionOperations[2]!,
  identityOperations[0]!,
];

/** Says why there can be no small file system here; undefined when there can. */
export async function whyNoSmallDisk(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'only root can mount a small file system';
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-mount-'));
  const { exitCode, stderr } = await mount(folder);
  if (exitCode === 0) await run('umount', [folder]);
  await rm(folder, { recursive: true, force: true });
  return exitCode === 0 ? undefined : `a small file system cannot be mounted: ${stderr.trim()}`;
}

async function mount(folder: string) {
  return await run('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', folder]);
}

/** F-04: the disk of the data folder is full, with a few bytes or none left, and has space again later. */
export function fullDiskSeries(installation: Installation): Series {
  return {
    fault: 'F-04',
    place: 'a file system of 96 MiB',
    what: 'every way to write',
    places: 4,
    async run(bench, n) {
      const folder = await mkdtemp(join(tmpdir(), 'ashlar-small-'));
      await mount(folder);
      try {
        const server = await installation.launch(join(folder, 'data'));
        try {
          await fillAndFree(bench.random, folder, server, n);
        } finally {
          await server.kill();
        }
        const again = await installation.launch(join(folder, 'data'));
        try {
          await installation.audit(join(folder, 'data'));
        } finally {
          await again.kill();
        }
      } finally {
        await run('umount', ['-l', folder]);
        await rm(folder, { recursive: true, force: true });
      }
      return true;
    },
  };
}

async function fillAndFree(random: Random, folder: string, server: Server, n: number): Promise<void> {
  const earlier = await Promise.all(
    operations.map(async (operation) => await changed(operation, random, server)),
  );
  const ballast = join(folder, 'ballast');
  // The first time nothing is left at all.
  await fill(folder, ballast, n === 1 ? 0 : random.below(200_000));
  const refused: Change[] = [];
  for (let tries = 0; tries < 4; tries++) {
    for (const operation of operations) {
      const change = operation.make(random);
      if (!(await isRefused(operation, change, server))) earlier.push(change);
      else refused.push(change);
    }
  }
  if (refused.length === 0) throw new Violation('a full disk took everything');
  await expectDegraded(server.client);
  for (const change of earlier) {
    if ((await change.observe(server)) === 'before')
      throw new Violation('what was acknowledged is gone on a full disk');
  }
  for (const change of refused) {
    if ((await change.observe(server)) === 'after')
      throw new Violation('what was refused on a full disk is there');
  }
  await rm(ballast);
  await untilReady(server.client.url);
  for (const change of [...refused, ...earlier]) {
    await change.run(server);
    if ((await change.observe(server)) === 'before')
      throw new Violation('there is space again, and a change is not there');
  }
}

async function changed(operation: Operation, random: Random, server: Server): Promise<Change> {
  const change = operation.make(random);
  await change.run(server);
  return change;
}

/** @throws Violation when it is refused with other words than those of a full disk */
async function isRefused({ name }: Operation, change: Change, server: Server): Promise<boolean> {
  try {
    await change.run(server);
    return false;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status !== 507 || !error.message.includes('is full'))
      throw new Violation(`${name} on a full disk: ${error.message}`, { cause: error });
    return true;
  }
}

async function expectDegraded(client: Client): Promise<void> {
  const ready = await client.send('GET', '/readyz');
  // It goes on serving, and says what it cannot do.
  if (ready.status !== 200 || ready.json.status !== 'degraded')
    throw new Violation(`/readyz answers ${ready.status} ${ready.bytes.toString()} on a full disk`);
  const alive = await client.send('GET', '/healthz');
  if (alive.status !== 200) throw new Violation(`/healthz answers ${alive.status} on a full disk`);
}

/** Takes all but the last bytes of a file system. */
async function fill(folder: string, path: string, left: number): Promise<void> {
  await using file = await open(path, 'w');
  const { bavail, bsize } = await statfs(folder);
  let size = Math.max(0, bavail * bsize - left);
  const chunk = Buffer.alloc(65_536, 1);
  while (size > 0) {
    const { bytesWritten } = await file
      .write(chunk, 0, Math.min(size, chunk.length))
      .catch(() => ({ bytesWritten: 0 }));
    if (bytesWritten === 0) return;
    size -= bytesWritten;
  }
}
