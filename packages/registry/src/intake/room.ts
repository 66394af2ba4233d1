/** Memory for work that needs a lot of it. */
export interface Room {
  /**
   * Runs `work` as soon as there is room for so many bytes; in the order of asking, but for owners who have enough under way:
   * those wait until some of theirs is done.
   */
  hold<Result>(owner: string, bytes: number, work: () => Promise<Result>): Promise<Result>;
}

/** What one owner may have under way, so that somebody else never waits for more than that. */
const mostOfOne = 2;

/** Room for `size` bytes. What needs more gets all of it. */
export function createRoom(size: number): Room {
  const waiting: { readonly owner: string; readonly bytes: number; readonly begin: () => void }[] = [];
  const underWay = new Map<string, number>();
  let free = size;

  const countOf = (owner: string) => underWay.get(owner) ?? 0;

  function letIn(): void {
    for (;;) {
      const at = waiting.findIndex(({ owner }) => countOf(owner) < mostOfOne);
      const next = waiting[at];
      if (next === undefined || next.bytes > free) return;
      waiting.splice(at, 1);
      free -= next.bytes;
      underWay.set(next.owner, countOf(next.owner) + 1);
      next.begin();
    }
  }

  function leave(owner: string, bytes: number): void {
    free += bytes;
    const left = countOf(owner) - 1;
    if (left > 0) underWay.set(owner, left);
    else underWay.delete(owner);
    letIn();
  }

  return {
    async hold(owner, bytes, work) {
      const { promise, resolve: begin } = Promise.withResolvers<void>();
      const held = Math.min(bytes, size);
      waiting.push({ owner, bytes: held, begin });
      letIn();
      await promise;
      try {
        return await work();
      } finally {
        leave(owner, held);
      }
    },
  };
}
