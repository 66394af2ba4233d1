import { Readable } from 'node:stream';

import type { FileBlobStoreOptions } from '@ashlar/registry/store/blob';

import { type Choose, LossyFile } from './lossy-file.ts';
import { type Entry, LossyFolder } from './lossy-folder.ts';

type FileSystem = NonNullable<FileBlobStoreOptions['files']>;
type Handle = Awaited<ReturnType<FileSystem['open']>>;

/** Called before each call; what it throws is the error of the call. */
export type Watch = (call: string, path: string) => void;

export class PowerCut extends Error {}

/** A disk in memory that forgets what was not synced. */
export class LossyDisk {
  #root: LossyFolder;
  /** After this many calls the power goes: nothing is done any more. */
  callsLeft = Infinity;
  readonly #watch: Watch;
  #descriptors = 0;

  constructor(watch: Watch = () => {}, root = new LossyFolder()) {
    this.#root = root;
    this.#watch = watch;
  }

  /** What is there after the power went: another disk, whose names and bytes are all synced. */
  cut(choose: Choose): LossyDisk {
    this.callsLeft = 0;
    return new LossyDisk(this.#watch, this.#root.survivor(choose));
  }

  /** Names of all files, with their bytes. */
  files(folder = this.#root, path = ''): Map<string, Buffer> {
    const found = new Map<string, Buffer>();
    for (const [name, entry] of folder.entries) {
      if (entry instanceof LossyFile) found.set(`${path}/${name}`, entry.bytes);
      else for (const [below, bytes] of this.files(entry, `${path}/${name}`)) found.set(below, bytes);
    }
    return found;
  }

  /** Handles that nobody closed. */
  get openHandles(): number {
    return this.#descriptors;
  }

  /** The port of the blob store. */
  get fileSystem(): FileSystem {
    const system = {
      mkdir: async (path: string) => this.#call('mkdir', path, () => this.#mkdir(path)),
      open: async (path: string, flags: string) => this.#call('open', path, () => this.#open(path, flags)),
      openFile: async (path: string, flags: string) =>
        this.#call('open', path, () => this.#open(path, flags)),
      readdir: async (path: string) =>
        this.#call('readdir', path, () => [...this.#folder(path).entries.keys()]),
      stat: async (path: string, options?: StatOptions) =>
        this.#call('stat', path, () => statOf(this.#file(path), options)),
      rename: async (from: string, to: string) =>
        this.#call('rename', to, () => {
          const file = this.#file(from);
          this.#parent(to).set(baseOf(to), file);
          this.#parent(from).set(baseOf(from), undefined);
        }),
      unlink: async (path: string) =>
        this.#call('unlink', path, () => {
          this.#file(path);
          this.#parent(path).set(baseOf(path), undefined);
        }),
      readFile: async (path: string) =>
        this.#call('readFile', path, () => Buffer.from(this.#file(path).bytes)),
      rmdir: async (path: string) =>
        this.#call('rmdir', path, () => {
          if (this.#folder(path).entries.size > 0) throw systemError('ENOTEMPTY', path);
          this.#parent(path).set(baseOf(path), undefined);
        }),
      syncFolder: async (path: string) => this.#sync('syncFolder', path, this.#folder(path)),
    };
    return system as unknown as FileSystem;
  }

  async #call<T>(call: string, path: string, work: () => T): Promise<T> {
    // As on a disk, other calls come in between.
    await Promise.resolve();
    if (this.callsLeft <= 0) throw new PowerCut(`no power for ${call} ${path}`);
    this.callsLeft -= 1;
    this.#watch(call, path);
    return work();
  }

  async #sync(call: string, path: string, target: Entry): Promise<void> {
    try {
      await this.#call(call, path, () => target.sync());
    } catch (error) {
      if (!(error instanceof PowerCut)) target.forget();
      throw error;
    }
  }

  #mkdir(path: string): void {
    let folder = this.#root;
    for (const name of namesOf(path)) {
      let next = folder.entries.get(name);
      if (next === undefined) {
        next = new LossyFolder();
        folder.set(name, next);
      }
      if (next instanceof LossyFile) throw systemError('ENOTDIR', path);
      folder = next;
    }
  }

  #open(path: string, flags: string): Handle {
    const parent = this.#parent(path);
    if (flags.startsWith('wx')) {
      if (parent.entries.has(baseOf(path))) throw systemError('EEXIST', path);
      parent.set(baseOf(path), new LossyFile());
    }
    return this.#handle(path, this.#file(path));
  }

  #handle(path: string, file: LossyFile): Handle {
    this.#descriptors += 1;
    let isOpen = true;
    const close = async () => {
      if (!isOpen) return;
      isOpen = false;
      this.#descriptors -= 1;
    };
    const handle = {
      stat: async (options?: StatOptions) => this.#call('handle.stat', path, () => statOf(file, options)),
      datasync: async () => await this.#sync('handle.datasync', path, file),
      truncate: async (size: number) => this.#call('handle.truncate', path, () => file.truncate(size)),
      writeFile: async (bytes: Uint8Array) =>
        this.#call('handle.writeFile', path, () => file.write(bytes, 0)),
      write: async (bytes: Uint8Array, offset: number, length: number, position: number) =>
        this.#call('handle.write', path, () => {
          file.write(bytes.subarray(offset, offset + length), position);
          return { bytesWritten: length };
        }),
      read: async (buffer: Buffer, offset: number, length: number, position: number) =>
        this.#call('handle.read', path, () => ({
          bytesRead: file.bytes.copy(buffer, offset, position, position + length),
        })),
      createReadStream: ({ start, end }: { start: number; end: number }) => {
        const stream = Readable.from([Buffer.from(file.bytes.subarray(start, end + 1))], {
          objectMode: false,
        });
        stream.once('close', () => void close());
        return stream;
      },
      close,
      [Symbol.asyncDispose]: close,
    };
    return handle as unknown as Handle;
  }

  #folder(path: string): LossyFolder {
    let folder: Entry = this.#root;
    for (const name of namesOf(path)) {
      const next: Entry | undefined = folder instanceof LossyFolder ? folder.entries.get(name) : undefined;
      if (next === undefined) throw systemError('ENOENT', path);
      folder = next;
    }
    if (folder instanceof LossyFile) throw systemError('ENOTDIR', path);
    return folder;
  }

  #parent(path: string): LossyFolder {
    return this.#folder(path.slice(0, path.lastIndexOf('/')));
  }

  #file(path: string): LossyFile {
    const entry = this.#parent(path).entries.get(baseOf(path));
    if (entry === undefined) throw systemError('ENOENT', path);
    if (entry instanceof LossyFolder) throw systemError('EISDIR', path);
    return entry;
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

interface StatOptions {
  readonly bigint: boolean;
}

function statOf(file: LossyFile, { bigint }: StatOptions = { bigint: false }) {
  const size = file.bytes.length;
  return bigint ? { size: BigInt(size), ino: 1n, ctimeNs: 0n } : { size, mtimeMs: 0 };
}

export function systemError(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
