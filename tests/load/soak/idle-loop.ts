import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

/** Milliseconds between two samples, which Node counts into what it measures. */
const resolution = 10;

/** How late the event loop of a thread with nothing to do is: what this machine does to everybody on it. */
export interface IdleLoop {
  /** Milliseconds, since the last call. */
  p99(): Promise<number>;
  stop(): Promise<void>;
}

export function startIdleLoop(): IdleLoop {
  const worker = new Worker(new URL(import.meta.url));
  return {
    async p99() {
      worker.postMessage('p99');
      const [answer] = (await once(worker, 'message')) as [number];
      return answer;
    },
    async stop() {
      await worker.terminate();
    },
  };
}

if (!isMainThread && parentPort !== null) {
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  const port = parentPort;
  port.on('message', () => {
    port.postMessage(Math.max(histogram.percentile(99) / 1e6 - resolution, 0));
    histogram.reset();
  });
}
