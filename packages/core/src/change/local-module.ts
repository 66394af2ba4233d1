import { localFolder } from '../module/local-folder.ts';
import type { Footprint, Module } from '../module/model.ts';
import type { LocalContents } from './address.ts';
import { maxCallDepth } from './moves.ts';

/** A folder of a module, the root or one below. */
export interface Part {
  /** Empty for the root. */
  readonly path: string;
  readonly footprint: Footprint;
}

/** The parts of a module that its calls can lead to. */
export interface Parts {
  readonly at: ReadonlyMap<string, Part>;
  /** Where a call leads in the same module; undefined for what is elsewhere, or was not read. */
  called(caller: Part, call: string): Part | undefined;
  /** Whether a part, with all that it calls, is known to make nothing. */
  isEmpty(part: Part): boolean;
}

export function partsOf({ footprint, submodules, internals = [] }: Module): Parts {
  const all = [{ path: '', footprint }, ...submodules, ...internals];
  const at = new Map<string, Part>(all.map((part) => [part.path, part]));
  const calls = new Map(all.map((part) => [part.path, callsOf(part, at)]));
  let making: ReadonlySet<Part> | undefined;
  return {
    at,
    called: ({ path }, call) => calls.get(path)?.get(call),
    isEmpty: (part) => !(making ??= partsThatMake([...at.values()], calls)).has(part),
  };
}

/** What the calls of a part make in both versions. */
export function contentsOfCalls(before: Part, after: Part, old: Parts, now: Parts): LocalContents {
  return {
    before: (call) => partAt(call, before, old)?.footprint,
    after: (call) => partAt(call, after, now)?.footprint,
    wasEmpty: (call) => {
      const part = partAt(call, before, old);
      return part !== undefined && old.isEmpty(part);
    },
  };
}

/**
 * Where the calls of an address lead, the first of them in `from`: `module.a.module.b`. Undefined for another address, and for
 * calls that are deeper in each other than anybody nests them.
 */
export function partAt(address: string, from: Part, parts: Parts): Part | undefined {
  const names = address.split('.', 2 * maxCallDepth + 1);
  if (names.length % 2 === 1) return undefined;
  let part: Part | undefined = from;
  for (let index = 0; index < names.length && part !== undefined; index += 2) {
    part = names[index] === 'module' ? parts.called(part, names[index + 1]!) : undefined;
  }
  return part;
}

type Calls = ReadonlyMap<string, Part | undefined>;

function callsOf({ path, footprint }: Part, at: ReadonlyMap<string, Part>): Calls {
  return new Map(
    footprint.modules.map(({ name, source }) => {
      const folder = localFolder(path, source);
      return [name, folder === undefined ? undefined : at.get(folder)] as const;
    }),
  );
}

/** Those with resources or with calls that lead to who knows what, and those that call such. */
function partsThatMake(parts: readonly Part[], calls: ReadonlyMap<string, Calls>): Set<Part> {
  const callers = new Map<Part, Part[]>();
  const making = new Set<Part>();
  for (const part of parts) {
    if (part.footprint.resources.length > 0) making.add(part);
    for (const called of calls.get(part.path)!.values()) {
      const known = called && callers.get(called);
      if (called === undefined) making.add(part);
      else if (known === undefined) callers.set(called, [part]);
      else known.push(part);
    }
  }
  for (const part of making) for (const caller of callers.get(part) ?? []) making.add(caller);
  return making;
}
