/** The only source of time. Tests pass their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Milliseconds since some moment, for durations: never set back, never ahead, with fractions. */
export function monotonic(): number {
  return performance.now();
}
