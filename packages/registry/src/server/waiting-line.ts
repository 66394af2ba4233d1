import { monotonic } from '../gateway/clock.ts';

export interface WaitingLine {
  /**
   * Lets a request in: at once (undefined), when its turn has come (a promise), or not at all, because those before it
   * have waited too long already.
   */
  enter(): Promise<void> | 'full' | undefined;
  /** Says that a request is being answered; the function that is returned says that it was, and may be called twice. */
  begin(): () => void;
}

/** Milliseconds of a turn of the event loop in which requests are let in at once. */
const freeTime = 5;
/**
 * Milliseconds that the first in the line may have waited when another one comes: longer than the burst of an editor
 * or a sync takes on a small machine, and far shorter than clients wait.
 */
const longestWait = 1_500;
/** Requests that may wait however long it takes: so few cannot be the reason. */
const fewest = 64;
/** Requests that may be waiting. */
const mostWaiting = 1_000;
/** Requests that may be being answered at the same time. */
const mostInside = 256;
/** Milliseconds of answers between two looks for more requests, at least: looking costs as much as a short answer. */
const shortAnswers = 2;
/** Milliseconds spent on looking for more requests between two answers, at most. */
const longestLook = 20;

/**
 * Where requests wait for their turn. Almost everything about metadata happens in one piece, right when the request is
 * read, so without a line the waiting is done in the buffers of the sockets, where nobody sees how long it takes; and
 * as each turn of the event loop accepts one connection (libuv 1.45 and later), newcomers would wait for longest, probes
 * among them. So after its first milliseconds each turn lets in one request, and after some milliseconds the next turns
 * only look who else has come, for as long as anybody comes and not for longer than the answers took. What is too much shows in the line then,
 * and can be refused at once.
 */
export function createWaitingLine(
  now: () => number = monotonic,
  nextTurn: (then: () => void) => void = setImmediate,
): WaitingLine {
  const line: { readonly since: number; readonly letIn: () => void }[] = [];
  let turnBegan: number | undefined;
  let arrived = 0;
  let inside = 0;
  let isMoving = false;

  function look(began: number, time: number, quietTurns: number): void {
    const quiet = arrived > 0 ? 0 : quietTurns + 1;
    arrived = 0;
    // A connection is accepted in one turn and read in the next.
    if (quiet < 2 && now() - began < time) nextTurn(() => look(began, time, quiet));
    else letNextIn();
  }

  function letNextIn(began = now()): void {
    const next = line.shift();
    isMoving = next !== undefined;
    if (next === undefined) return;
    next.letIn();
    nextTurn(() => {
      const taken = now() - began;
      if (taken < shortAnswers) letNextIn(began);
      else look(now(), Math.min(taken, longestLook), 0);
    });
  }

  return {
    enter() {
      const at = now();
      arrived += 1;
      if (inside >= mostInside) return 'full';
      if (turnBegan === undefined) {
        turnBegan = at;
        nextTurn(() => (turnBegan = undefined));
      }
      const [first] = line;
      if (first === undefined && !isMoving && at - turnBegan <= freeTime) return undefined;
      if (line.length >= mostWaiting) return 'full';
      if (first !== undefined && line.length >= fewest && at - first.since > longestWait) return 'full';
      const { promise, resolve } = Promise.withResolvers<void>();
      line.push({ since: at, letIn: resolve });
      if (!isMoving) {
        isMoving = true;
        nextTurn(() => letNextIn());
      }
      return promise;
    },
    begin() {
      inside += 1;
      let isOpen = true;
      return () => {
        if (isOpen) inside -= 1;
        isOpen = false;
      };
    },
  };
}
