import type { CrashPoint } from '@ashlar/registry/gateway/crash-point';

import type { Attempt } from './bench.ts';
import type { Operation } from './operation/operation.ts';
import type { Series } from './series.ts';
import { isAlive, type Server } from './server.ts';
import { untilReady } from './until-ready.ts';
import { Violation } from './violation.ts';

export const commandPoints = ['command.begun', 'command.done', 'command.committed'] as const;

/** The same where PostgreSQL is the record and a mirror follows it. */
export const recordPoints = ['command.begun', 'command.done', 'record.committed', 'mirror.applied'] as const;

/** Every place where a crash can hit an operation: its own, and those of its commands in the store. */
function placesOf({ points, commands }: Operation, ofCommands: readonly CrashPoint[]): string[] {
  return [...points, ...commands.flatMap((command) => ofCommands.map((point) => `${point}/${command}`))];
}

/** `kill -9` at the n-th passing of each crash point of an operation. */
export function crashSeries(
  fault: string,
  operations: readonly Operation[],
  ofCommands: readonly CrashPoint[] = commandPoints,
): Series[] {
  return operations.flatMap((operation) =>
    placesOf(operation, ofCommands).map((place) => ({
      fault,
      place,
      what: operation.name,
      async run(bench, n) {
        const change = operation.make(bench.random);
        await change.prepare?.(await bench.server());
        const server = await bench.restart({ crashAt: `${place}:${n}` });
        const attempt = await bench.attempt(change, server);
        const crashed = await wasKilled(server, attempt);
        await bench.restart();
        await bench.verify(operation, change, attempt);
        return crashed;
      },
    })),
  );
}

/** The end of the writer thread alone (F-17): the server goes on, and takes the same again a little later. */
export function threadSeries(fault: string, operations: readonly Operation[]): Series[] {
  return operations.flatMap((operation) =>
    operation.commands.flatMap((command) =>
      commandPoints.map((point) => ({
        fault,
        place: `${point}/${command}`,
        what: `writer thread, ${operation.name}`,
        places: 1,
        async run(bench) {
          const change = operation.make(bench.random);
          await change.prepare?.(await bench.server());
          const server = await bench.restart({ crashAt: `${point}/${command}:1:thread` });
          const attempt = await bench.attempt(change, server);
          if (attempt.acknowledged || attempt.refusal?.status !== 503)
            throw new Violation(`${operation.name} without a writer: ${attempt.error || 'acknowledged'}`);
          // Reading goes on meanwhile.
          await change.observe(server);
          await untilReady(server.client.url);
          await bench.verify(operation, change, attempt);
          if (!isAlive(server.pid)) throw new Violation('the server ended with its writer');
          return true;
        },
      })),
    ),
  );
}

/** Whether the crash point ended the server. @throws Violation when something else did, or nothing although it failed */
async function wasKilled(server: Server, { acknowledged, error }: Attempt): Promise<boolean> {
  if (acknowledged && isAlive(server.pid)) return false;
  const { signal } = await withinSeconds(10, server.program.ended, error);
  if (!acknowledged && signal !== 'SIGKILL') throw new Violation(`the server ended by itself: ${error}`);
  return signal === 'SIGKILL';
}

/** @throws Violation when it takes longer */
export async function withinSeconds<T>(seconds: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Violation(`not within ${seconds} s: ${what}`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
