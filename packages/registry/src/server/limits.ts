import { createHash } from 'node:crypto';

import { AshlarError, ashlarError } from '@ashlar/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { type Caller, endedTicket, isAnonymous } from '../identity/index.ts';
import type { RegistryConfig } from '../registry.ts';
import type { Metrics } from './metrics.ts';
import { createRateLimit, placeOf, type RateLimit } from './rate-limit.ts';
import { requestKind } from './request-kind.ts';

declare module 'fastify' {
  interface FastifyRequest {
    readonly limits: Limits;
  }
  interface FastifyContextConfig {
    /** The route knows its caller only when it runs, and calls `limitRate` by itself. */
    limitsItself?: true;
  }
}

/** What the callers of one server have used up; undefined where a limit is off. */
export interface Limits {
  readonly requests: RateLimit | undefined;
  readonly wrongSignIns: RateLimit | undefined;
  readonly metrics: Metrics;
}

/** Characters of a credential that stand for it when wrong ones are counted: `ash_` and eight more. */
const prefixLength = 12;

/** Gives every request the limits, and counts those that are for metadata as soon as their callers are known. */
export function limitRequests(app: FastifyInstance, config: RegistryConfig, metrics: Metrics): void {
  const { rateLimit, rateBurst, signInLimit } = config;
  const limits: Limits = {
    requests: rateLimit === 'off' ? undefined : createRateLimit({ rate: rateLimit, burst: rateBurst }),
    wrongSignIns:
      signInLimit === 'off' ? undefined : createRateLimit({ rate: signInLimit / 60, burst: signInLimit }),
    metrics,
  };
  app.decorateRequest('limits', { getter: () => limits });
  // After all hooks that could find out who asks, and before the body is read.
  app.addHook('preParsing', async (request, reply) => {
    if (!request.routeOptions.config.limitsItself) limitRate(request, reply, request.caller);
  });
}

/** Counts a request for metadata. @throws ASH-RATE-LIMIT */
export function limitRate(request: FastifyRequest, reply: FastifyReply, caller: Caller | undefined): void {
  const { requests, metrics } = request.limits;
  if (requests === undefined || requestKind(request.method, request.url) !== 'metadata') return;
  const isKnown = caller !== undefined && !isAnonymous(caller);
  const seconds = requests.take(isKnown ? caller.subject : `at ${placeOf(request.ip)}`);
  if (seconds === undefined) return;
  metrics.refused.inc({ reason: 'rate' });
  void reply.header('retry-after', seconds);
  throw ashlarError('ASH-RATE-LIMIT', { who: isKnown ? 'your token' : 'your address', seconds });
}

/**
 * Runs a sign-in. Wrong ones are counted by address and by the beginning of what was shown; past the limit they are
 * answered with 429. The credential is looked at in any case: else one client could lock out another behind the same
 * address. That is safe because a token has 256 random bits, and what an administrator presets 16 characters at least.
 * @throws ASH-AUTH-LIMIT, and whatever `attempt` throws
 */
export async function signIn<Result>(
  request: FastifyRequest,
  reply: FastifyReply,
  credential: string | undefined,
  attempt: () => Promise<Result>,
): Promise<Result> {
  try {
    return await attempt();
  } catch (error) {
    const seconds = isWrong(error) ? countWrong(request, credential ?? '') : undefined;
    if (seconds === undefined) throw error;
    request.limits.metrics.refused.inc({ reason: 'sign-in' });
    void reply.header('retry-after', seconds);
    throw ashlarError('ASH-AUTH-LIMIT', { seconds }, { cause: error });
  }
}

/** A ticket that was valid once is no guess: clients find out that theirs ended by showing it. */
function isWrong(error: unknown): boolean {
  if (!(error instanceof AshlarError) || error.cause === endedTicket) return false;
  return error.code === 'ASH-AUTH-INVALID' || error.code === 'ASH-EXCHANGE-REFUSED';
}

function countWrong(request: FastifyRequest, credential: string): number | undefined {
  const { wrongSignIns } = request.limits;
  const beginning = createHash('sha256').update(secretOf(credential).slice(0, prefixLength)).digest('base64');
  const waits = [`at ${placeOf(request.ip)}`, `with ${beginning}`].map((key) => wrongSignIns?.take(key));
  return waits.find((seconds) => seconds !== undefined);
}

/** The token in an `Authorization` header; a text without a scheme is the token itself. */
function secretOf(credential: string): string {
  const [, scheme, value] = /^(\S+)\s+(\S+)/.exec(credential) ?? [];
  if (value === undefined) return credential;
  if (scheme?.toLowerCase() !== 'basic') return value;
  return Buffer.from(value, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
}
