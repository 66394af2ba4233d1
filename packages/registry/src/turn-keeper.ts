export type TurnKeeper = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Runs what concerns one thing one after another: it looks first and writes then. */
export function turnKeeper(): TurnKeeper {
  const last = new Map<string, Promise<unknown>>();

  return async (name, work) => {
    const before = last.get(name);
    const turn = before === undefined ? work() : before.then(work, work);
    last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (last.get(name) === turn) last.delete(name);
    }
  };
}
