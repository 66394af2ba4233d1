import { setTimeout as sleep } from 'node:timers/promises';

import type { Operation } from './operation/operation.ts';
import type { Series } from './series.ts';
import { isAlive } from './server.ts';
import { inject, oneFileThread } from './strace.ts';
import { Violation } from './violation.ts';

/** Calls with which the stores change the disk. They never use `write`, which sockets do; a first start does. */
export const writingCalls = [
  'openat',
  'pwrite64',
  'pwritev',
  'fdatasync',
  'fsync',
  'rename',
  'unlink',
  'mkdir',
  'ftruncate',
];

export interface StraceFault {
  readonly fault: string;
  readonly calls: readonly string[];
  /** `signal=KILL`, `error=EIO`, … */
  readonly effect: string;
  /** Statuses with which the request may be refused: each stands for words that help. */
  readonly answers: readonly number[];
}

/** The n-th call of a kind is killed or fails while an operation runs. */
export function straceSeries(
  strace: string,
  { fault, calls, effect, answers }: StraceFault,
  operations: readonly Operation[],
): Series[] {
  return operations.flatMap((operation) =>
    calls.map((syscall) => ({
      fault,
      place: `${syscall} ${effect}`,
      what: operation.name,
      mayMiss: true,
      async run(bench, n) {
        const change = operation.make(bench.random);
        const server = await bench.restart({ env: oneFileThread });
        await change.prepare?.(server);
        const injected = await inject(strace, server.pid, { syscall, fault: effect, when: n });
        const attempt = await bench.attempt(change, server);
        // A process that is being killed answers nobody, and takes a moment to be gone.
        if (!attempt.acknowledged) await sleep(20);
        const hit = (await injected.end()) || !isAlive(server.pid);
        if (!isAlive(server.pid)) await server.program.ended;
        else if (n % 3 === 0) await bench.restart();
        const status = attempt.refusal?.status;
        if (status !== undefined && !answers.includes(status))
          throw new Violation(`${operation.name} is refused without a clear word: ${attempt.error}`);
        await bench.verify(operation, change, attempt);
        return hit;
      },
    })),
  );
}
