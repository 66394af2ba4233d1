import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop was, in seconds: over the last ten to twenty seconds. */
export interface EventLoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface EventLoopWatch {
  delay(): EventLoopDelay;
  stop(): void;
}

/** Milliseconds between two samples. Node counts them into what it measures. */
const resolution = 10;
const windowLength = 10_000;

/**
 * Watches how late timers fire: whatever blocks the event loop delays every request by as much. The worse of two
 * windows is told, so that nothing is forgotten between two readers, and what is over is forgotten soon.
 */
export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  let last: EventLoopDelay = { p50: 0, p99: 0, max: 0 };
  const timer = setInterval(() => {
    last = read(histogram);
    histogram.reset();
  }, windowLength).unref();
  return {
    delay() {
      const now = read(histogram);
      return {
        p50: Math.max(last.p50, now.p50),
        p99: Math.max(last.p99, now.p99),
        max: Math.max(last.max, now.max),
      };
    },
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}

function read(histogram: ReturnType<typeof monitorEventLoopDelay>): EventLoopDelay {
  if (histogram.count === 0) return { p50: 0, p99: 0, max: 0 };
  const seconds = (nanoseconds: number) => Math.max(nanoseconds / 1e6 - resolution, 0) / 1e3;
  return {
    p50: seconds(histogram.percentile(50)),
    p99: seconds(histogram.percentile(99)),
    max: seconds(histogram.max),
  };
}
