import type { JWK } from 'jose';
import { z } from 'zod';

import type { Clock } from '../gateway/clock.ts';
import type { httpRequest } from '../gateway/http.ts';

/** A key, or why there is none; the reason completes "The token was not accepted: …". */
export type FoundKey = { readonly key: JWK } | { readonly reason: string };

/** The public keys of one tenant, fetched when needed. */
export interface KeyCache {
  find(kid: string): Promise<FoundKey>;
}

const lifetime = 10 * 60 * 1000;
/** Anybody can send tokens with invented key ids; at most this often they cause a request. */
const refetchInterval = 30 * 1000;
/** After a failure; keeps a flood of sign-ins from becoming a flood of requests. */
const retryInterval = 5 * 1000;
const timeout = 5 * 1000;

const key = z.looseObject({
  kid: z.string().min(1),
  kty: z.enum(['RSA', 'EC']),
  use: z.literal('sig').optional(),
});
/** Keys of other kinds may stand beside those that can sign. */
const keySet = z.object({ keys: z.array(z.unknown()) });

interface Fetched {
  readonly at: number;
  readonly keys: ReadonlyMap<string, JWK>;
  /** Set when there are no keys because they could not be had. */
  readonly failure?: string;
}

/** Keeps the keys for ten minutes, and looks once more for a key that is not among them. Failures are never bridged with old keys. */
export function createKeyCache(
  jwksUri: string,
  { clock, request }: { readonly clock: Clock; readonly request: typeof httpRequest },
): KeyCache {
  let current: Fetched | undefined;
  let running: Promise<Fetched> | undefined;
  let refetchedAt = -Infinity;

  /** All who wait share one request. */
  function refresh(): Promise<Fetched> {
    running ??= fetchKeys(jwksUri, request)
      .then((outcome) => (current = { at: clock.now(), ...outcome }))
      .finally(() => (running = undefined));
    return running;
  }

  async function find(kid: string): Promise<FoundKey> {
    const life = current?.failure === undefined ? lifetime : retryInterval;
    if (current === undefined || clock.now() - current.at >= life) return choose(await refresh(), kid);
    if (current.failure !== undefined || current.keys.has(kid)) return choose(current, kid);
    // A new key: whoever comes while it is being fetched waits for it as well.
    if (running !== undefined) return choose(await running, kid);
    if (clock.now() - refetchedAt < refetchInterval) return choose(current, kid);
    refetchedAt = clock.now();
    return choose(await refresh(), kid);
  }

  return { find };
}

function choose({ keys, failure }: Fetched, kid: string): FoundKey {
  if (failure !== undefined) return { reason: `the keys of its tenant cannot be had, ${failure}` };
  const found = keys.get(kid);
  return found === undefined ? { reason: 'its key is not one of its tenant' } : { key: found };
}

async function fetchKeys(jwksUri: string, request: typeof httpRequest): Promise<Omit<Fetched, 'at'>> {
  const failed = (failure: string) => ({ keys: new Map<string, JWK>(), failure });
  const response = await request(jwksUri, { headers: { accept: 'application/json' }, timeout }).catch(
    () => undefined,
  );
  if (response === undefined) return failed('no answer came');
  if (response.status !== 200) return failed(`the answer had status ${response.status}`);
  const set = keySet.safeParse(parseJson(response.body.toString()));
  if (!set.success) return failed('the answer was no key set');
  const keys = set.data.keys.flatMap((entry) => {
    const parsed = key.safeParse(entry);
    return parsed.success ? [[parsed.data.kid, parsed.data as JWK] as const] : [];
  });
  return keys.length === 0 ? failed('the answer held no keys') : { keys: new Map(keys) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
