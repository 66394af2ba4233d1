import { ashlarError } from '@ashlar/core';
import type { FastifyInstance } from 'fastify';

import { monotonic } from '../gateway/clock.ts';
import { randomBytes } from '../gateway/random.ts';
import type { Metrics } from './metrics.ts';
import { requestKind } from './request-kind.ts';

/** Milliseconds that one turn of the event loop may spend on what arrived in it. */
const turnLimit = 50;
/** Milliseconds for which all turns must have been longer than that: one slow request is no overload. */
const patience = 250;
/** Requests begun and not answered. One takes about a millisecond, so that the last of them waits a quarter of a second. */
const maxWaiting = 256;
/** Milliseconds between two lines in the log. */
const logInterval = 10_000;

export interface Overload {
  /** Whether a request that arrives now is one too many. */
  isReached(): boolean;
  /** A request begins; the function that is returned says that it was answered, and may be called twice. */
  begin(): () => void;
}

/**
 * Two signs of overload. Almost everything about metadata happens in one piece, right when the request is read, and who
 * waits does so in the buffers of the sockets: one turn of the event loop reads them all, and lasts as long as all of
 * them together take. So the first sign is that turns have been too long for a while; then what comes in the first part
 * of a turn is served and the rest refused, which keeps turns short and the server at what it can do. The second is the
 * number of requests that wait for something else, such as a database on another machine.
 */
export function createOverload(
  now: () => number = monotonic,
  whenTurnEnds: (then: () => void) => void = setImmediate,
): Overload {
  let turnBegan: number | undefined;
  let longSince: number | undefined;
  let waiting = 0;

  function endTurn(): void {
    const length = now() - turnBegan!;
    if (length <= turnLimit) longSince = undefined;
    else longSince ??= turnBegan;
    turnBegan = undefined;
  }

  return {
    isReached() {
      if (waiting >= maxWaiting) return true;
      const at = now();
      if (turnBegan === undefined) {
        turnBegan = at;
        whenTurnEnds(endTurn);
      }
      if (at - turnBegan <= turnLimit) return false;
      longSince ??= turnBegan;
      return at - longSince > patience;
    },
    begin() {
      waiting += 1;
      let isOpen = true;
      return () => {
        if (isOpen) waiting -= 1;
        isOpen = false;
      };
    },
  };
}

/** Under overload, answers metadata at once with 503 and when to come again, and leaves transfers and probes alone. */
export function shedLoad(app: FastifyInstance, metrics: Metrics): void {
  const overload = createOverload();
  let logged = -Infinity;
  let refused = 0;
  app.addHook('onRequest', async (request, reply) => {
    const { method, url } = request;
    if (requestKind(method, url) !== 'metadata') return;
    if (overload.isReached()) {
      refused += 1;
      metrics.refused.inc({ reason: 'overload' });
      if (monotonic() - logged > logInterval) {
        logged = monotonic();
        request.log.warn({ refused }, 'more requests than can be answered; metadata is refused');
      }
      const seconds = retryAfter();
      void reply.header('retry-after', seconds);
      throw ashlarError('ASH-OVERLOADED', { seconds });
    }
    // Others come with bodies, whose speed is up to the client.
    if (method !== 'GET' && method !== 'HEAD') return;
    const end = overload.begin();
    // When the answer is handed over; who reads it slowly keeps nobody waiting.
    reply.raw.once('prefinish', end).once('close', end);
  });
}

/** Seconds, not the same for all, so that they do not all come again at the same moment. */
function retryAfter(): number {
  return 2 + (randomBytes(1)[0]! % 4);
}
