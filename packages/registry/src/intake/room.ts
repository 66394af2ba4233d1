import { ashlarError } from '@ashlar/core';

/** Memory for work that needs a lot of it. */
export interface Room {
  /**
   * Runs `work` as soon as there is room for so many bytes. Owners take turns, those first who have nothing under way. What
   * nobody waits for any more is not begun.
   * @throws ASH-OVERLOADED to nobody
   */
  hold<Result>(
    owner: string,
    bytes: number,
    work: () => Promise<Result>,
    isWanted?: () => boolean,
  ): Promise<Result>;
}

interface Waiting {
  readonly bytes: number;
  readonly isWanted: () => boolean;
  begin(isWanted: boolean): void;
}

/** What one owner may have under way, so that somebody else never waits for more than that. */
const mostOfOne = 2;

/** Room for `size` bytes. What needs more gets all of it. */
export function createRoom(size: number): Room {
  /** Who was served last stands last. */
  const lines = new Map<string, Waiting[]>();
  const underWay = new Map<string, number>();
  let free = size;

  const countOf = (owner: string) => underWay.get(owner) ?? 0;

  /** The first who has nothing under way, however much it wants: it must not be passed for ever. */
  function nextOwner(): string | undefined {
    const owners = [...lines.keys()];
    return owners.find((owner) => countOf(owner) === 0) ?? owners.find((owner) => countOf(owner) < mostOfOne);
  }

  function letIn(): void {
    for (let owner = nextOwner(); owner !== undefined; owner = nextOwner()) {
      const line = lines.get(owner)!;
      const next = line[0]!;
      const isWanted = next.isWanted();
      if (isWanted && next.bytes > free) return;
      line.shift();
      if (line.length === 0) lines.delete(owner);
      if (isWanted) {
        free -= next.bytes;
        underWay.set(owner, countOf(owner) + 1);
        if (lines.delete(owner)) lines.set(owner, line);
      }
      next.begin(isWanted);
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
    async hold(owner, bytes, work, isWanted = () => true) {
      const { promise, resolve: begin } = Promise.withResolvers<boolean>();
      const held = Math.min(bytes, size);
      const line = lines.get(owner);
      const waiting: Waiting = { bytes: held, isWanted, begin };
      if (line === undefined) lines.set(owner, [waiting]);
      else line.push(waiting);
      letIn();
      if (!(await promise)) throw ashlarError('ASH-OVERLOADED', { seconds: 5 });
      try {
        return await work();
      } finally {
        leave(owner, held);
      }
    },
  };
}
