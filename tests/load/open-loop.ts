/**
 * Sends requests at a fixed rate, whether or not the answers keep up, and prints as JSON what came back. A process of
 * its own, so that the load does not wait for the test nor the test for the load. Times count from the moment at which
 * a request was due: those that a slow server keeps from being sent in time are not left out.
 *
 *     node tests/load/open-loop.ts '{"url": …, "rate": requests a second, "seconds": …, "headers": …}'
 */
import { Agent, type OutgoingHttpHeaders, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface OpenLoop {
  readonly url: string;
  readonly rate: number;
  readonly seconds: number;
  readonly headers?: OutgoingHttpHeaders;
}

export interface OpenLoopResult {
  /** Milliseconds of all answers, by status. */
  readonly times: Readonly<Record<string, readonly number[]>>;
  /** Answers of 429 and 503 that do not say when to come again. */
  readonly withoutRetryAfter: number;
  /** Requests that got no answer, by reason. */
  readonly failures: Readonly<Record<string, number>>;
}

if (import.meta.main) {
  const result = await run(JSON.parse(process.argv[2]!) as OpenLoop);
  // All of it is written before the process ends, also to a pipe.
  process.stdout.write(JSON.stringify(result), () => process.exit());
}

async function run({ url, rate, seconds, headers }: OpenLoop): Promise<OpenLoopResult> {
  const agent = new Agent({ keepAlive: true });
  const times: Record<string, number[]> = {};
  const failures: Record<string, number> = {};
  let withoutRetryAfter = 0;
  const pending: Promise<void>[] = [];

  const send = async (due: number) =>
    await new Promise<void>((resolve) => {
      const sent = request(url, { agent, headers });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The connection was idle for so long that it ended just now: what every client asks again.
        if (sent.reusedSocket && error.code === 'ECONNRESET') return resolve(send(due));
        const reason = error.code ?? error.message;
        failures[reason] = (failures[reason] ?? 0) + 1;
        resolve();
      });
      sent.on('response', (response) => {
        const status = response.statusCode!;
        if ((status === 429 || status === 503) && !Number(response.headers['retry-after'])) {
          withoutRetryAfter += 1;
        }
        response.resume().on('close', () => {
          (times[status] ??= []).push(performance.now() - due);
          resolve();
        });
      });
      sent.end();
    });

  const begin = performance.now();
  for (let i = 0; i < rate * seconds; i++) {
    const due = begin + (i * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    pending.push(send(due));
  }
  await Promise.race([Promise.all(pending), sleep(20_000)]);
  return { times, withoutRetryAfter, failures };
}
