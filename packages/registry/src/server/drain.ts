import type { HttpListener } from '../gateway/http.ts';
import type { Metrics } from './metrics.ts';

/** Milliseconds without any request after which nobody is in the middle of something. */
const quietTime = 500;
/** Milliseconds between two looks. */
const step = 50;

/**
 * Lets clients finish, for `graceSeconds` at most. Until nobody has come for a while all go on being answered: Terraform
 * asks for a link first and then, on another connection, for the archive, and does not try again. Then the listeners
 * take nobody new.
 */
export async function drain(
  listeners: readonly HttpListener[],
  metrics: Metrics,
  graceSeconds: number,
): Promise<void> {
  const left = await settle(metrics, graceSeconds * 1000, quietTime);
  for (const listener of listeners) listener.stop();
  await settle(metrics, left, 0);
}

/** Waits until nobody has been served for `quiet` of at most `grace` milliseconds; returns what is left of them. */
async function settle({ inFlight, served }: Metrics, grace: number, quiet: number): Promise<number> {
  let left = grace;
  let before = served();
  for (let still = 0; left > 0; left -= step) {
    const now = served();
    const isBusy = now !== before || (await inFlight.get()).values.some(({ value }) => value > 0);
    if (!isBusy && still >= quiet) break;
    still = isBusy ? 0 : still + step;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, step));
  }
  return left;
}
