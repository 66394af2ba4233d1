/** Memory for work that needs a lot of it. */
export interface Room {
  /** Runs `work` as soon as there is room for so many bytes; in the order of asking. */
  hold<Result>(bytes: number, work: () => Promise<Result>): Promise<Result>;
}

/** Room for `size` bytes. What needs more gets all of it. */
export function createRoom(size: number): Room {
  const waiting: { readonly bytes: number; readonly begin: () => void }[] = [];
  let free = size;

  function letIn(): void {
    for (let next = waiting[0]; next !== undefined && next.bytes <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.bytes;
      next.begin();
    }
  }

  return {
    async hold(bytes, work) {
      const { promise, resolve: begin } = Promise.withResolvers<void>();
      const held = Math.min(bytes, size);
      waiting.push({ bytes: held, begin });
      letIn();
      await promise;
      try {
        return await work();
      } finally {
        free += held;
        letIn();
      }
    },
  };
}
