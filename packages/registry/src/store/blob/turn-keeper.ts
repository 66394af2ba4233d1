import type { Digest } from '@ashlar/core';

/** Runs what concerns one digest one after another: storing looks first and writes then. */
export function turnKeeper(): <T>(digest: Digest, work: () => Promise<T>) => Promise<T> {
  const last = new Map<Digest, Promise<unknown>>();

  return async (digest, work) => {
    const before = last.get(digest);
    const turn = before === undefined ? work() : before.then(work, work);
    last.set(digest, turn);
    try {
      return await turn;
    } finally {
      if (last.get(digest) === turn) last.delete(digest);
    }
  };
}
