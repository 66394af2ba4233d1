import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { mkdtemp, rm } from '@ashlar/registry/gateway/file-system';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Of all that is under way in folders of their own. */
const stops = new Set<AbortController>();
let ending: NodeJS.Signals | undefined;

/**
 * Gives a folder that is removed afterwards, also when the process is asked to end: then the signal tells to stop, and the
 * process ends by it as soon as nothing uses such a folder any more.
 */
export async function withTemporaryFolder<Result>(
  prefix: string,
  use: (folder: string, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  if (stops.size === 0) for (const signal of signals) process.on(signal, endLater);
  stops.add(stop);
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), prefix));
    return await use(folder, stop.signal);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    stops.delete(stop);
    if (stops.size === 0) for (const signal of signals) process.off(signal, endLater);
    if (ending !== undefined) await endNow(ending);
  }
}

/** A second signal ends the process at once. */
function endLater(signal: NodeJS.Signals): void {
  for (const each of signals) process.off(each, endLater);
  ending = signal;
  for (const stop of stops) stop.abort();
}

/** Never comes back, so that nothing is said about what was stopped. */
async function endNow(signal: NodeJS.Signals): Promise<never> {
  if (stops.size === 0) process.kill(process.pid, signal);
  return await new Promise<never>(() => {
    // Keeps the process until the signal has arrived.
    setInterval(() => {}, 1000);
  });
}
