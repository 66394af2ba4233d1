import { ashlarError, limits } from '@ashlar/core';
import type { FastifyRequest } from 'fastify';

/**
 * The query of a request. `URLSearchParams` tolerates the `?&digest=` that ORAS writes after a Location without query,
 * and decodes lower-case escapes.
 */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url!;
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

/** The last value of a parameter: clients append theirs to a Location that may hold one already. */
export function lastParameter(request: FastifyRequest, name: string): string | undefined {
  return queryOf(request).getAll(name).at(-1) || undefined;
}

export interface PageRequest {
  /** How many entries, no more than a page may have; undefined asks for all. */
  readonly limit: number | undefined;
  /** Leave out everything up to and including this. */
  readonly after: string | undefined;
}

/** Reads `n` and `last`. @throws ASH-REQUEST-INVALID */
export function pageOf(request: FastifyRequest): PageRequest {
  const query = queryOf(request);
  const n = query.get('n');
  if (n !== null && !/^\d{1,9}$/.test(n))
    throw ashlarError('ASH-REQUEST-INVALID', { reason: 'n is not a number' });
  return {
    limit: n === null ? undefined : Math.min(Number(n), limits.registryPage.value),
    after: query.get('last') ?? undefined,
  };
}

/** The `Link` header to the next page of a listing; root-relative, so that it is right behind every proxy. */
export function nextLink(path: string, parameters: Readonly<Record<string, string | number>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) query.set(key, String(value));
  return `<${path}?${query.toString()}>; rel="next"`;
}
