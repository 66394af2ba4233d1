import type { CrashPoint } from '@ashlar/registry/gateway/crash-point';
import type { CommandName } from '@ashlar/registry/store/metadata/command';

import type { Server } from '../server.ts';
import type { Outcome } from '../violation.ts';

/** One change of the registry, which faults interrupt. */
export interface Operation {
  readonly name: string;
  /** Where a crash can hit it. The loop fails when one of them is never reached. */
  readonly points: readonly CrashPoint[];
  /** Commands of the metadata store that it runs. */
  readonly commands: readonly CommandName[];
  /** A change that nobody made before; `random` decides the bytes. */
  make(random: Random): Change;
}

export interface Change {
  /** What has to be there first. */
  prepare?(server: Server): Promise<void>;
  /** Makes the change, also when it was made by half or wholly before. Resolves when the server acknowledged it. */
  run(server: Server): Promise<void>;
  /** What can be seen of it. @throws Violation when it is there by half */
  observe(server: Server): Promise<Outcome>;
}

export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** A name that was not given out before. */
  name(): string;
  bytes(size: number): Buffer;
}

/** Random numbers that depend on the seed alone (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  let names = 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    below: (limit) => next() % limit,
    name: () => `x${(names += 1)}`,
    bytes(size) {
      const bytes = Buffer.allocUnsafe(Math.ceil(size / 4) * 4);
      for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(next(), at);
      return bytes.subarray(0, size);
    },
  };
}
