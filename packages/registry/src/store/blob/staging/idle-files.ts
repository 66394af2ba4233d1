import type { OpenFile } from '../../../gateway/file-system.ts';

/** Files of uploads that stay open from one request to the next: opening one costs about as much as writing to it. */
export interface IdleFiles {
  /** Hands the file over; whoever takes it gives it back or releases it. */
  take(name: string): OpenFile | undefined;
  /** Keeps the file open until it is taken, or until too many came after it. */
  keep(name: string, handle: OpenFile): void;
  /** Closes a file without keeping anybody waiting. */
  release(handle: OpenFile): void;
  /** Closes them all. */
  close(): Promise<void>;
}

/** Keeps at most so many files open; the one that has been idle for longest is closed for another. */
export function idleFiles(most: number): IdleFiles {
  const idle = new Map<string, OpenFile>();
  const closing = new Set<Promise<void>>();

  function take(name: string): OpenFile | undefined {
    const handle = idle.get(name);
    idle.delete(name);
    return handle;
  }

  function keep(name: string, handle: OpenFile): void {
    idle.set(name, handle);
    if (idle.size <= most) return;
    const [[oldest, file]] = idle as unknown as [[string, OpenFile]];
    idle.delete(oldest);
    release(file);
  }

  function release(handle: OpenFile): void {
    // What must last was synced before, and that failed when it did not.
    const closed = handle.close().catch(() => undefined);
    closing.add(closed);
    void closed.then(() => closing.delete(closed));
  }

  async function close(): Promise<void> {
    for (const handle of idle.values()) release(handle);
    idle.clear();
    await Promise.all(closing);
  }

  return { take, keep, release, close };
}
