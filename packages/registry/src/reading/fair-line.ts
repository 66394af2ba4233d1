/** What waits: that of each owner in its order, and owners take turns. */
export interface FairLine<Item> {
  readonly size: number;
  sizeOf(owner: string): number;
  add(owner: string, item: Item): void;
  /** Takes the next one out. */
  next(): Item | undefined;
}

/** A line in which nobody waits longer because somebody else has much to do. */
export function createFairLine<Item>(): FairLine<Item> {
  /** Who was served last stands last. */
  const lines = new Map<string, Item[]>();
  let size = 0;

  return {
    get size() {
      return size;
    },
    sizeOf: (owner) => lines.get(owner)?.length ?? 0,
    add(owner, item) {
      size += 1;
      const line = lines.get(owner);
      if (line === undefined) lines.set(owner, [item]);
      else line.push(item);
    },
    next() {
      const [first] = lines;
      if (first === undefined) return undefined;
      const [owner, line] = first;
      const item = line.shift();
      size -= 1;
      lines.delete(owner);
      if (line.length > 0) lines.set(owner, line);
      return item;
    },
  };
}
