export interface MemoryBudget {
  /** Runs `work` as soon as `size` bytes are free; who came first goes first. */
  use<T>(size: number, work: () => Promise<T>): Promise<T>;
}

/** Keeps what is in memory at once below `total` bytes; what is larger than all of it has it alone. */
export function memoryBudget(total: number): MemoryBudget {
  let free = total;
  const waiting: { readonly need: number; readonly go: () => void }[] = [];

  function admit(): void {
    while (waiting.length > 0 && waiting[0]!.need <= free) {
      const { need, go } = waiting.shift()!;
      free -= need;
      go();
    }
  }

  return {
    async use(size, work) {
      const need = Math.min(size, total);
      const turn = Promise.withResolvers<void>();
      waiting.push({ need, go: turn.resolve });
      admit();
      await turn.promise;
      try {
        return await work();
      } finally {
        free += need;
        admit();
      }
    },
  };
}
