import type { Footprint } from '../module/model.ts';
import type { Instances } from './instances.ts';

/** `moved` blocks of the newer version. Places are addresses without keys. */
export interface Moves {
  /** Where what was at a place is said to be. */
  readonly to: ReadonlyMap<string, readonly string[]>;
  /** Places inside of module calls from which something moved, by the address of the call. */
  readonly below: ReadonlyMap<string, readonly string[]>;
  /** Places of which all instances moved together. */
  readonly whole: ReadonlySet<string>;
  /** Instances that moved by themselves, by the place. */
  readonly instances: ReadonlyMap<string, ReadonlySet<string>>;
  /** Where something is said to be, with keys. */
  readonly ends: ReadonlySet<string>;
  /** What the newer version has. */
  readonly now: ReadonlyMap<string, Instances>;
  /** Where something can be in a module call of the newer version; undefined when nobody knows. */
  readonly inside: (call: string) => ReadonlySet<string> | undefined;
  /** Ends of the chains that were looked at. */
  readonly known: Map<string, string | undefined>;
}

export function movesOf(
  moves: Footprint['moves'],
  now: ReadonlyMap<string, Instances>,
  inside: Moves['inside'],
): Moves {
  const to = new Map<string, string[]>();
  const below = new Map<string, string[]>();
  const whole = new Set<string>();
  const instances = new Map<string, Set<string>>();
  for (const move of moves) {
    const place = withoutKeys(move.from);
    put(to, place, move.to);
    const call = moduleCall.exec(place)?.[0];
    if (call !== undefined) put(below, call, place);
    if (place === move.from) whole.add(place);
    else instances.set(place, (instances.get(place) ?? new Set()).add(move.from));
  }
  const ends = new Set(moves.map((move) => move.to));
  return { to, below, whole, instances, ends, now, inside, known: new Map() };
}

/** How many calls within calls of the same package are followed. */
export const maxCallDepth = 32;

const moduleCall = /^module\.[^.]+(?=\.)/;

function put(map: Map<string, string[]>, key: string, value: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

/**
 * Where what was at an address is now; more than one place when its instances went different ways. With `itself` also the
 * address, when it is there.
 */
export function destinationsOf(address: string, moves: Moves, itself = false): string[] {
  if (itself && isThere(withoutKeys(address), moves)) return [address];
  const starts = moves.to.get(withoutKeys(address)) ?? [];
  return [...new Set(starts.flatMap((to) => endOf(to, moves) ?? []))];
}

/** Where the last of the `moved` blocks leads, of which each begins where the one before it ended. */
function endOf(address: string, moves: Moves): string | undefined {
  const { to: next, known } = moves;
  const passed = new Set<string>();
  let end: string | undefined;
  for (let to: string | undefined = address; to !== undefined;) {
    if (known.has(to)) {
      end = known.get(to);
      break;
    }
    if (passed.has(to)) break;
    passed.add(to);
    const place = withoutKeys(to);
    if (isThere(place, moves)) {
      end = to;
      break;
    }
    to = next.get(place)?.at(-1);
  }
  for (const each of passed) known.set(each, end);
  return end;
}

/** What moved into a module is there when the module has it, or moves it on; of one from elsewhere nobody knows. */
function isThere(place: string, { now, inside }: Moves): boolean {
  if (now.has(place)) return true;
  let call = callOf(place);
  if (!now.has(call)) return false;
  for (let depth = 0; depth < maxCallDepth; depth++) {
    const places = inside(call);
    const rest = place.slice(call.length + 1);
    if (places === undefined || places.has(rest)) return true;
    const next = callOf(rest);
    if (next === '' || !places.has(next)) return false;
    call += `.${next}`;
  }
  return true;
}

/** The first module call of an address; empty without one. */
export function callOf(place: string): string {
  return moduleCall.exec(place)?.[0] ?? '';
}

/** `module.a["x"].b.c[0]` without what stands in brackets. */
export function withoutKeys(address: string): string {
  return address.replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|[^\]["]*)\]/g, '');
}
