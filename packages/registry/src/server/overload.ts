import { ashlarError } from '@ashlar/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { monotonic } from '../gateway/clock.ts';
import { randomBytes } from '../gateway/random.ts';
import type { Metrics } from './metrics.ts';
import { requestKind } from './request-kind.ts';
import { createWaitingLine } from './waiting-line.ts';

/** Milliseconds between two lines in the log. */
const logInterval = 10_000;

/**
 * Lets requests for metadata in one after the other. Under overload, those that would wait too long are answered at once
 * with 503 and when to come again. Transfers and probes do not wait and are not refused.
 */
export function shedLoad(app: FastifyInstance, metrics: Metrics): void {
  const line = createWaitingLine();
  const note = refusalLog();
  app.addHook('onRequest', async (request, reply) => {
    const { method, url } = request;
    if (requestKind(method, url) !== 'metadata') return;
    const turn = line.enter();
    if (turn === 'full') {
      metrics.refused.inc({ reason: 'overload' });
      note(request);
      const seconds = retryAfter();
      void reply.header('retry-after', seconds);
      throw ashlarError('ASH-OVERLOADED', { seconds });
    }
    if (turn !== undefined) await turn;
    // Others come with bodies, whose speed is up to the client.
    if (method === 'GET' || method === 'HEAD') countUntilAnswered(reply, line.begin());
  });
}

/** Until the answer is handed over; who reads it slowly keeps nobody waiting. */
function countUntilAnswered({ raw }: FastifyReply, end: () => void): void {
  if (raw.destroyed) end();
  else raw.once('prefinish', end).once('close', end);
}

/** One line now and then says how many were refused. */
function refusalLog(): (request: FastifyRequest) => void {
  let logged = -Infinity;
  let refused = 0;
  return ({ log }) => {
    refused += 1;
    if (monotonic() - logged < logInterval) return;
    log.warn({ refused }, 'more requests than can be answered; metadata is refused');
    logged = monotonic();
    refused = 0;
  };
}

/** Seconds, not the same for all, so that they do not all come again at the same moment. */
function retryAfter(): number {
  return 2 + (randomBytes(1)[0]! % 4);
}
