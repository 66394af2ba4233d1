import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AshlarError, digestOf } from '@ashlar/core';
import type { Digest, DigestAlgorithm } from '@ashlar/core';

import { systemClock } from '../../../gateway/clock.ts';
import { idleFilesFor } from '../../../gateway/connection-limit.ts';
import * as gateway from '../../../gateway/file-system.ts';
import type { FileHandle, OpenFile } from '../../../gateway/file-system.ts';
import { readableOf } from '../blob-reader.ts';
import { blobStoreSuite } from '../blob-store.suite.ts';
import type { BlobStore, UploadId } from '../blob-store.ts';
import type { BlobFileSystem } from '../staging/layout.ts';
import { type FileBlobStoreOptions, openFileBlobStore } from './file-blob-store.ts';
import { blobPath } from './layout.ts';

const noLimit = Number.MAX_SAFE_INTEGER;
const hello = Buffer.from('hello, stone');
const helloHex = createHash('sha256').update(hello).digest('hex');
const helloDigest = digestOf('sha256', helloHex);
const helloFolder = `sha256/${helloHex.slice(0, 2)}`;
const helloPath = `${helloFolder}/${helloHex}`;

let parent: string;
let folder: string;
const opened: BlobStore[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'ashlar-blob-'));
  folder = join(parent, 'blobs');
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await rm(parent, { recursive: true, force: true });
});

blobStoreSuite('file', async () => {
  const path = await mkdtemp(join(tmpdir(), 'ashlar-blob-'));
  const open = () => openFileBlobStore(path, { clock: systemClock });
  let store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await open();
      return store;
    },
    close: async () => {
      await store.close();
      await rm(path, { recursive: true });
    },
  };
});

it('tells how many uploads are open and how much room there is, also to the next process', async () => {
  const store = await open();
  await store.put(hello);
  const [first] = [await store.createUpload(), await store.createUpload('sha512')];
  expect(await store.usage!()).toMatchObject({ openUploads: 2 });
  await store.cancelUpload(first);

  const { openUploads, freeBytes = 0, totalBytes = 0 } = await (await open()).usage!();

  expect(openUploads).toBe(1);
  expect(freeBytes).toBeGreaterThan(0);
  expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
});

describe('files', () => {
  it('lie under their digest and belong to their owner alone', async () => {
    const store = await open();
    const bytes = Buffer.alloc(0);
    const digests = [await store.put(hello), await store.put(bytes, 'sha512')] as const;
    const id = await store.createUpload();
    const hex = createHash('sha512').update(bytes).digest('hex');

    expect(digests).toEqual([`sha256:${helloHex}`, `sha512:${hex}`]);
    expect(await modesBelow(parent)).toEqual({
      blobs: '40700',
      'blobs/sha256': '40700',
      [`blobs/${helloFolder}`]: '40700',
      [`blobs/${helloPath}`]: '100600',
      'blobs/sha512': '40700',
      [`blobs/sha512/${hex.slice(0, 2)}`]: '40700',
      [`blobs/sha512/${hex.slice(0, 2)}/${hex}`]: '100600',
      'blobs/upload': '40700',
      [`blobs/upload/${id}`]: '100600',
    });
  });

  it('of a process that was killed are no blobs, and are swept by their age', async () => {
    await open();
    const names = ['put-0123', 'probe-0123', `sha256-${'a'.repeat(32)}`];
    for (const name of names) await writeFile(join(folder, 'upload', name), hello);
    await utimes(join(folder, 'upload', names[0]!), 1000, 1000);
    await utimes(join(folder, 'upload', names[1]!), 2000, 2000);
    const store = await open();

    expect(await store.size(helloDigest)).toBeUndefined();
    expect(await store.uploadSize('put-0123' as UploadId)).toBeUndefined();
    expect(await store.sweepUploads(1_000_000)).toBe(0);
    expect(await store.sweepUploads(2_000_000)).toBe(1);
    expect((await readdir(join(folder, 'upload'))).toSorted()).toEqual(names.slice(1));
  });

  it('cannot be reached outside by an upload id', async () => {
    const store = await open();
    await writeFile(join(parent, 'secret'), 'secret');
    const ids = ['../../secret', `../${helloPath}`, join(parent, 'secret')] as UploadId[];
    await store.put(hello);

    for (const id of ids) {
      expect(await store.uploadSize(id)).toBeUndefined();
      expect(await store.cancelUpload(id)).toBe(false);
      expect(await failureOf(store.append(id, undefined, streamOf(hello), noLimit))).toBe(
        'ASH-UPLOAD-UNKNOWN',
      );
      expect(await failureOf(store.finishUpload(id, helloDigest))).toBe('ASH-UPLOAD-UNKNOWN');
    }
    expect(await gateway.readFile(join(parent, 'secret'), 'utf8')).toBe('secret');
    expect(await store.read(helloDigest)).toEqual(hello);
  });

  it('that were damaged to another size are repaired by storing them again', async () => {
    const store = await open();
    await store.put(hello);
    await truncate(blobPath(folder, helloDigest), 3);

    await store.put(hello);

    expect(await store.read(helloDigest)).toEqual(hello);
  });

  it('of an upload that changed outside are read again', async () => {
    const store = await open();
    const id = await store.createUpload();
    await store.append(id, undefined, streamOf(Buffer.from('hello, wood')), noLimit);
    await truncate(join(folder, 'upload', id), 7);

    expect(await store.append(id, 7, streamOf(Buffer.from('stone')), noLimit)).toBe(hello.length);
    expect(await store.finishUpload(id, helloDigest)).toEqual({ size: hello.length });
  });
});

describe('the file of an upload', () => {
  it('stays open from its beginning to its end', async () => {
    const { store, calls } = await openRecorded();
    calls.length = 0;
    const id = await store.createUpload();
    await store.append(id, 0, streamOf(hello.subarray(0, 5)), noLimit);
    await store.append(id, 5, streamOf(hello.subarray(5)), noLimit);
    await store.finishUpload(id, helloDigest);

    expect(calls.filter((call) => call.startsWith('open'))).toEqual([`open upload/${id}`]);
    expect(calls.filter((call) => call === 'handle.close')).toEqual(['handle.close']);
  });

  it.each(['cancelUpload', 'sweepUploads', 'close'] as const)('is closed by %s', async (how) => {
    const { store, calls } = await openRecorded();
    const id = await store.createUpload();
    calls.length = 0;
    if (how === 'cancelUpload') await store.cancelUpload(id);
    else if (how === 'sweepUploads') await store.sweepUploads(Date.now() + 60_000);
    else await store.close();

    expect(calls.filter((call) => call === 'handle.close')).toEqual(['handle.close']);
  });

  it('is closed when there are many, the oldest first, and opened again', async () => {
    const { store, calls } = await openRecorded();
    const first = await store.createUpload();
    for (let i = 1; i < idleFilesFor(undefined); i++) await store.createUpload();
    expect(calls).not.toContain('handle.close');
    const last = await store.createUpload();
    expect(calls.filter((call) => call === 'handle.close')).toEqual(['handle.close']);
    calls.length = 0;

    for (const id of [last, first]) {
      await store.append(id, 0, streamOf(hello), noLimit);
      expect(await store.finishUpload(id, helloDigest)).toEqual({ size: hello.length });
    }
    expect(calls.filter((call) => call.startsWith('open'))).toEqual([`open upload/${first}`]);
  });

  it.each([0, 5])('that was removed after %i bytes, while it was open, is unknown', async (size) => {
    const store = await open();
    const id = await store.createUpload();
    await store.append(id, 0, streamOf(hello.subarray(0, size)), noLimit);
    await rm(join(folder, 'upload', id));

    expect(await failureOf(store.finishUpload(id, helloDigest))).toBe('ASH-UPLOAD-UNKNOWN');
    expect(await store.uploadSize(id)).toBeUndefined();
    expect(await store.size(helloDigest)).toBeUndefined();
  });

  it('that grew outside before anything was appended is no blob of what was', async () => {
    const store = await open();
    const id = await store.createUpload();
    await writeFile(join(folder, 'upload', id), Buffer.alloc(hello.length + 1));
    await store.append(id, 0, streamOf(hello), noLimit);

    expect(await failureOf(store.finishUpload(id, helloDigest))).toBe('ASH-DIGEST-MISMATCH');
    expect(await store.size(helloDigest)).toBeUndefined();
  });
});

it('tells the age of its own uploads by the clock', async () => {
  let now = 5000;
  const store = await open({ clock: { ...systemClock, now: () => now } });
  const first = await store.createUpload();
  const second = await store.createUpload();
  now = 6000;
  await store.append(second, undefined, streamOf(hello), noLimit);

  expect(await store.sweepUploads(5000)).toBe(0);
  expect(await store.sweepUploads(5001)).toBe(1);
  expect([await store.uploadSize(first), await store.uploadSize(second)]).toEqual([undefined, hello.length]);
  expect(await store.sweepUploads(6001)).toBe(1);
});

describe('the order of calls', () => {
  it('syncs every new folder into its parent', async () => {
    const { calls } = await openRecorded();

    expect(calls).toEqual([
      'mkdir .',
      'mkdir sha256',
      'mkdir sha512',
      'mkdir upload',
      'syncFolder .',
      'syncFolder ..',
    ]);
  });

  it('is bytes, name, folder', async () => {
    const { store, calls } = await openRecorded();
    const id = await store.createUpload();
    await store.append(id, undefined, streamOf(hello), noLimit);
    calls.length = 0;
    await store.finishUpload(id, helloDigest);

    expect(calls).toEqual([
      'handle.stat',
      `mkdir ${helloFolder}`,
      'syncFolder sha256',
      `stat ${helloPath}`,
      'handle.datasync',
      `rename upload/${id} ${helloPath}`,
      `syncFolder ${helloFolder}`,
      'handle.close',
    ]);
  });

  it('syncs the folder, not the bytes, of what exists', async () => {
    const { store, calls } = await openRecorded();
    await store.put(hello);
    const id = await store.createUpload();
    await store.append(id, undefined, streamOf(hello), noLimit);
    calls.length = 0;
    await store.finishUpload(id, helloDigest);

    expect(calls).toEqual([
      'handle.stat',
      `stat ${helloPath}`,
      `syncFolder ${helloFolder}`,
      `unlink upload/${id}`,
      'handle.close',
    ]);
  });

  it('spends nothing but open, fstat and reads on a read', async () => {
    const { store, calls } = await openRecorded();
    await store.put(hello);
    calls.length = 0;
    await buffer(readableOf((await store.open(helloDigest))!.reader));
    const streamed = calls.splice(0);
    await store.read(helloDigest);

    expect(streamed).toEqual([`open ${helloPath}`, 'handle.stat', 'handle.read', 'handle.close']);
    expect(calls).toEqual([`readFile ${helloPath}`]);
  });

  it('writes a large stream in few writes', async () => {
    const { store, calls } = await openRecorded();
    const id = await store.createUpload();
    const chunks = Array.from({ length: 160 }, () => Buffer.alloc(65_536));
    calls.length = 0;
    await store.append(id, undefined, streamOf(...chunks), noLimit);

    expect(calls.filter((call) => call === 'handle.write')).toHaveLength(20);
  });
});

describe('a disk that fails', () => {
  it.each(['ENOSPC', 'EDQUOT'])('with %s in the middle keeps what the upload had', async (code) => {
    const { store, fault } = await openRecorded();
    const start = Buffer.alloc(512 * 1024, 'a');
    const id = await store.createUpload();
    fault.set('handle.write', { code, after: 1 });

    expect(await failureOf(store.append(id, 0, streamOf(start, hello), noLimit))).toBe('ASH-STORAGE-FULL');
    expect(await store.uploadSize(id)).toBe(start.length);
    expect((await stat(join(folder, 'upload', id))).size).toBe(start.length);

    fault.clear();
    const whole = Buffer.concat([start, hello]);
    expect(await store.append(id, start.length, streamOf(hello), noLimit)).toBe(whole.length);
    expect(await store.finishUpload(id, sha('sha256', whole))).toEqual({ size: whole.length });
  });

  it('with ENOSPC reports a full storage wherever it shows', async () => {
    const { store, fault } = await openRecorded();
    const id = await store.createUpload();
    await store.append(id, undefined, streamOf(hello), noLimit);

    fault.set('open', { code: 'ENOSPC' });
    expect(await failureOf(store.createUpload())).toBe('ASH-STORAGE-FULL');
    expect(await failureOf(store.put(hello))).toBe('ASH-STORAGE-FULL');
    expect(await failureOf(store.check())).toBe('ASH-STORAGE-FULL');
    fault.clear();
    fault.set('handle.datasync', { code: 'ENOSPC' });
    expect(await failureOf(store.finishUpload(id, helloDigest))).toBe('ASH-STORAGE-FULL');
    fault.clear();
    expect(await readdir(join(folder, 'upload'))).toEqual([]);
    expect(await store.size(helloDigest)).toBeUndefined();
  });

  it.each(['handle.datasync', 'rename', 'syncFolder'])(
    'in %s leaves neither upload nor blob',
    async (call) => {
      const { store, fault } = await openRecorded();
      await store.put(hello);
      await store.delete(helloDigest);
      const id = await store.createUpload();
      await store.append(id, undefined, streamOf(hello), noLimit);

      fault.set(call, { code: 'EIO' });
      expect(await failureOf(store.finishUpload(id, helloDigest))).toBe('EIO');
      expect(await failureOf(store.put(hello))).toBe('EIO');
      fault.clear();

      expect(await store.uploadSize(id)).toBeUndefined();
      expect(await store.size(helloDigest)).toBeUndefined();
      expect(await readdir(join(folder, 'upload'))).toEqual([]);
    },
  );

  it('in one finish does not take the blob away from another', async () => {
    const { store, fault } = await openRecorded();
    await store.put(hello);
    const id = await store.createUpload();
    await store.append(id, undefined, streamOf(hello), noLimit);

    fault.set('syncFolder', { code: 'EIO' });
    expect(await failureOf(store.finishUpload(id, helloDigest))).toBe('EIO');

    expect(await store.read(helloDigest)).toEqual(hello);
  });

  it('writes the rest when the system takes only a part', async () => {
    const { store, fault } = await openRecorded();
    fault.set('handle.write', { short: 5 });
    const id = await store.createUpload();
    await store.append(id, undefined, streamOf(hello, Buffer.alloc(0), hello), noLimit);
    await store.finishUpload(id, sha('sha256', Buffer.concat([hello, hello])));

    expect(await store.read(sha('sha256', Buffer.concat([hello, hello])))).toEqual(
      Buffer.concat([hello, hello]),
    );
  });

  it('makes a new folder again after failing to', async () => {
    const { store, fault } = await openRecorded();
    fault.set('mkdir', { code: 'EIO' });
    expect(await failureOf(store.put(hello))).toBe('EIO');
    fault.clear();

    expect(await store.put(hello)).toBe(helloDigest);
  });
});

describe('a process that ends at its nth call', () => {
  /** What a client does; after the crash every call fails, as none is made any more. */
  async function push(store: BlobStore, known: { id?: UploadId; acknowledged?: Digest }): Promise<void> {
    known.id = await store.createUpload();
    await store.append(known.id, 0, streamOf(hello.subarray(0, 5)), noLimit);
    await store.append(known.id, 5, streamOf(hello.subarray(5)), noLimit);
    await store.finishUpload(known.id, helloDigest);
    known.acknowledged = helloDigest;
  }

  it('loses nothing that was acknowledged, shows no half blob, and the upload goes on or is unknown', async () => {
    let crashes = 0;
    for (let at = 0; ; at++) {
      folder = join(parent, String(at));
      const { store, fault } = await openRecorded();
      const known: { id?: UploadId; acknowledged?: Digest } = {};
      fault.set('*', { code: 'CRASH', after: at });
      await failureOf(push(store, known));
      const ended = known.acknowledged !== undefined;
      crashes += ended ? 0 : 1;

      const restarted = await open();
      const blob = await restarted.read(helloDigest);
      if (ended) expect(blob).toEqual(hello);
      expect([undefined, hello.toString()]).toContain(blob?.toString());
      await resume(restarted, known.id);
      expect(await restarted.read(helloDigest)).toEqual(hello);
      await restarted.sweepUploads(Date.now() + 60_000);
      expect(await readdir(join(folder, 'upload'))).toEqual([]);
      if (ended) break;
    }
    expect(crashes).toBe(11);
  });

  async function resume(store: BlobStore, id: UploadId | undefined): Promise<void> {
    const offset = id && (await store.uploadSize(id));
    if (id === undefined || offset === undefined) return void (await store.put(hello));
    await store.append(id, offset, streamOf(hello.subarray(offset)), noLimit);
    await store.finishUpload(id, helloDigest);
  }
});

async function open(options: Partial<FileBlobStoreOptions> = {}): Promise<BlobStore> {
  const store = await openFileBlobStore(folder, { clock: systemClock, ...options });
  opened.push(store);
  return store;
}

interface Fault {
  /** Thrown as the code of a system error. */
  readonly code?: string;
  /** Calls that succeed before. */
  readonly after?: number;
  /** Bytes that a write takes at most. */
  readonly short?: number;
}

interface Recorded {
  readonly store: BlobStore;
  readonly calls: string[];
  /** By name of the call; `*` is every call. */
  readonly fault: Map<string, Fault>;
}

/** A store over the real file system whose calls are written down and can be made to fail. */
async function openRecorded(): Promise<Recorded> {
  const calls: string[] = [];
  const fault = new Map<string, Fault>();
  const counts = new Map<Fault, number>();

  function happen(name: string, ...paths: string[]): void {
    calls.push([name, ...paths.map((path) => relative(folder, path) || '.')].join(' '));
    // Closing is also what the system does for a process that ends.
    const found = name === 'handle.close' ? undefined : (fault.get(name) ?? fault.get('*'));
    if (found?.code === undefined) return;
    const count = (counts.get(found) ?? 0) + 1;
    counts.set(found, count);
    if (count > (found.after ?? 0)) throw Object.assign(new Error(found.code), { code: found.code });
  }

  /** A proxy, so that a stream over the handle reads through it. */
  function recordedHandle<T extends FileHandle | OpenFile>(handle: T): T {
    const methods = {
      stat: () => (happen('handle.stat'), handle.stat()),
      datasync: () => (happen('handle.datasync'), handle.datasync()),
      truncate: (size: number) => (happen('handle.truncate'), handle.truncate(size)),
      writeFile: (bytes: Buffer) => (happen('handle.writeFile'), (handle as FileHandle).writeFile(bytes)),
      close: () => (happen('handle.close'), handle.close()),
      read: (...args: [Buffer, number, number, number]) => (happen('handle.read'), handle.read(...args)),
      write: (bytes: Uint8Array, offset: number, length: number, position: number) => {
        happen('handle.write');
        const taken = Math.min(length, fault.get('handle.write')?.short ?? length);
        return handle.write(bytes, offset, taken, position);
      },
      [Symbol.asyncDispose]: () => methods.close(),
    };
    const asynchronous = Object.fromEntries(
      Reflect.ownKeys(methods).map((key) => {
        const method = Reflect.get(methods, key) as (...args: unknown[]) => unknown;
        return [key, async (...args: unknown[]) => await method(...args)];
      }),
    );
    return new Proxy(handle, {
      get: (target, key) => Reflect.get(key in asynchronous ? asynchronous : target, key) as unknown,
    });
  }

  const files: BlobFileSystem = {
    mkdir: (async (path: string, options: { recursive: true }) => {
      happen('mkdir', path);
      return await gateway.mkdir(path, options);
    }) as BlobFileSystem['mkdir'],
    open: async (path, ...more) => {
      happen('open', path as string);
      return recordedHandle(await gateway.open(path, ...more));
    },
    openFile: async (path, ...more) => {
      happen('open', path);
      return recordedHandle(await gateway.openFile(path, ...more));
    },
    readdir: (async (path: string) => {
      happen('readdir', path);
      return await gateway.readdir(path);
    }) as BlobFileSystem['readdir'],
    readFile: (async (path: string) => {
      happen('readFile', path);
      return await gateway.readFile(path);
    }) as BlobFileSystem['readFile'],
    rename: async (from, to) => {
      happen('rename', from as string, to as string);
      await gateway.rename(from, to);
    },
    rmdir: async (path) => {
      happen('rmdir', path as string);
      await gateway.rmdir(path);
    },
    stat: (async (path: string) => {
      happen('stat', path);
      return await gateway.stat(path);
    }) as BlobFileSystem['stat'],
    statSync: ((path: string, options: { bigint: true }) => {
      happen('statSync', path);
      return gateway.statSync(path, options);
    }) as BlobFileSystem['statSync'],
    syncFolder: async (path) => {
      happen('syncFolder', path);
      await gateway.syncFolder(path);
    },
    unlink: async (path) => {
      happen('unlink', path as string);
      await gateway.unlink(path);
    },
  };
  return { store: await open({ files }), calls, fault };
}

function streamOf(...chunks: Uint8Array[]): Readable {
  return Readable.from(chunks, { objectMode: false });
}

function sha(algorithm: DigestAlgorithm, bytes: Uint8Array): Digest {
  return digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'));
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error instanceof AshlarError ? error.code : (error as NodeJS.ErrnoException).code;
  }
  return 'no failure';
}

async function modesBelow(path: string): Promise<Record<string, string>> {
  const names = await readdir(path, { recursive: true });
  const modes = names.map(async (name) => [name, (await stat(join(path, name))).mode.toString(8)] as const);
  return Object.fromEntries(await Promise.all(modes));
}
