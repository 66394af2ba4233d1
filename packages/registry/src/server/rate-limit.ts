import { monotonic } from '../gateway/clock.ts';

export interface RateLimit {
  /** Counts one event of a key. When it is one too many: the whole seconds until the next one is not. */
  take(key: string): number | undefined;
  /** How many keys are remembered. */
  readonly size: number;
}

export interface RateLimitOptions {
  /** Events a second, in the long run. */
  readonly rate: number;
  /** Events that may come at once. */
  readonly burst: number;
  /** Keys that are remembered; those that came least lately are forgotten first, and start afresh. */
  readonly maxKeys?: number;
  /** Milliseconds. */
  readonly now?: () => number;
}

/**
 * A token bucket for each key, kept as one number: the moment at which the bucket is full again (GCRA). A full bucket
 * is as good as none, so most keys are forgotten before there are too many.
 */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { rate, burst, maxKeys = 100_000, now = monotonic } = options;
  const cost = 1000 / rate;
  const depth = burst * cost;
  /** In the order of last use. */
  const fullAt = new Map<string, number>();

  function forget(at: number): void {
    // A few at a time, so that no request pays for many.
    let looks = 4;
    for (const [key, full] of fullAt) {
      if (looks-- === 0 || (full > at && fullAt.size <= maxKeys)) return;
      fullAt.delete(key);
    }
  }

  return {
    take(key) {
      const at = now();
      const full = Math.max(fullAt.get(key) ?? at, at) + cost;
      // A hair's breadth for the sums of fractions.
      const wait = full - at - depth - 1e-6;
      if (wait > 0) return Math.ceil(wait / 1000);
      fullAt.delete(key);
      fullAt.set(key, full);
      forget(at);
      return undefined;
    },
    get size() {
      return fullAt.size;
    },
  };
}

/**
 * What stands for the place that an anonymous request comes from. Who has one IPv6 address has 2^64 of them, so their
 * network counts.
 */
export function placeOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [front = '', back] = address.toLowerCase().split('%', 1)[0]!.split('::');
  const head = front.split(':').filter(Boolean);
  const tail = back?.split(':').filter(Boolean) ?? [];
  const zeros = Array.from({ length: Math.max(8 - head.length - tail.length, 0) }, () => '0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}
