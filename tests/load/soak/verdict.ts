import type { Usage } from '../served.ts';

export interface Sample extends Usage {
  /** Seconds since the beginning. */
  readonly at: number;
  /** Milliseconds; of a thread on the same machine that has nothing to do. */
  readonly idleP99: number;
  readonly done: number;
  readonly errors: number;
}

export interface Bounds {
  /** MiB that the process's own memory may grow over what is measured, by the line through the samples. */
  readonly growth: number;
  /** Descriptors by which the most in the second half may exceed the most in the first. */
  readonly descriptors: number;
  /** Milliseconds beyond what a thread with nothing to do sees; of the middle one of all samples. */
  readonly eventLoopP99: number;
}

export interface Finding {
  readonly what: string;
  readonly value: number;
  readonly bound: number;
}

/** Judges what was sampled after a warm-up of the first third. */
export function judge(samples: readonly Sample[], bounds: Bounds): Finding[] {
  const measured = samples.slice(Math.floor(samples.length / 3));
  const half = Math.floor(measured.length / 2);
  const most = (some: readonly Sample[]) => Math.max(...some.map(({ descriptors }) => descriptors));
  return [
    { what: 'errors', value: samples.at(-1)?.errors ?? Number.NaN, bound: 0 },
    { what: 'growth of memory after warm-up, MiB', value: growthOf(measured), bound: bounds.growth },
    {
      what: 'growth of descriptors after warm-up',
      value: most(measured.slice(half)) - most(measured.slice(0, half)),
      bound: bounds.descriptors,
    },
    {
      what: 'event loop p99 beyond that of an idle one, ms',
      value: median(measured.map(({ eventLoopP99, idleP99 }) => Math.max(eventLoopP99 - idleP99, 0))),
      bound: bounds.eventLoopP99,
    },
  ];
}

/** How much the least-squares line through the samples rises from the first to the last. */
export function growthOf(samples: readonly { readonly at: number; readonly own: number }[]): number {
  const count = samples.length;
  const meanAt = samples.reduce((sum, { at }) => sum + at, 0) / count;
  const meanOwn = samples.reduce((sum, { own }) => sum + own, 0) / count;
  const covariance = samples.reduce((sum, { at, own }) => sum + (at - meanAt) * (own - meanOwn), 0);
  const variance = samples.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  return (covariance / variance) * (samples.at(-1)!.at - samples[0]!.at);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
