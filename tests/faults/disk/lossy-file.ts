/** What is lost together: small, so that small files have several of them. */
const block = 64;

/** Chooses what survived: a whole number from 0 to below the limit. */
export type Choose = (limit: number) => number;

/**
 * The bytes of a file, as the system shows them and as the disk holds them. What was not synced may be on the disk or
 * not, each block by itself. After a sync that failed, what it was to write counts as written and is not: the next sync
 * succeeds without it ("fsyncgate").
 */
export class LossyFile {
  /** What the system shows, and what is on the disk. */
  readonly #shown = new Bytes();
  readonly #durable = new Bytes();
  readonly #dirty = new Set<number>();
  #isSizeDirty = false;

  get bytes(): Buffer {
    return this.#shown.content;
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.#shown.size) this.truncate(end);
    this.bytes.set(bytes, position);
    for (let at = Math.floor(position / block); at * block < end; at++) this.#dirty.add(at);
  }

  /** Bytes that it did not have are zero. */
  truncate(size: number): void {
    if (size === this.#shown.size) return;
    this.#shown.resize(size);
    this.#isSizeDirty = true;
  }

  sync(): void {
    this.#writeTo(this.#durable, () => true, this.#isSizeDirty);
    this.forget();
  }

  /** A sync that failed. */
  forget(): void {
    this.#dirty.clear();
    this.#isSizeDirty = false;
  }

  /** The file after a power cut: its own copy, all of it on the disk. */
  survivor(choose: Choose): LossyFile {
    const file = new LossyFile();
    file.#durable.set(this.#durable);
    this.#writeTo(file.#durable, () => choose(2) === 0, this.#isSizeDirty && choose(2) === 0);
    file.#shown.set(file.#durable);
    return file;
  }

  #writeTo(disk: Bytes, isWritten: (at: number) => boolean, withSize: boolean): void {
    if (withSize) disk.resize(this.#shown.size);
    for (const at of this.#dirty) {
      if (at * block >= disk.size || !isWritten(at)) continue;
      this.bytes.copy(disk.content, at * block, at * block, (at + 1) * block);
    }
  }
}

/** Bytes that grow without being copied each time. */
class Bytes {
  #memory = Buffer.alloc(0);
  size = 0;

  get content(): Buffer {
    return this.#memory.subarray(0, this.size);
  }

  resize(size: number): void {
    if (size > this.#memory.length) {
      const larger = Buffer.alloc(size * 2);
      this.content.copy(larger);
      this.#memory = larger;
    }
    this.#memory.fill(0, Math.min(size, this.size), Math.max(size, this.size));
    this.size = size;
  }

  set(other: Bytes): void {
    this.#memory = Buffer.from(other.content);
    this.size = other.size;
  }
}
