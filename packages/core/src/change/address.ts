import type { Footprint } from '../module/model.ts';
import type { Found } from './found.ts';
import { compareInstances, compareLeft, type Instances, isOtherKeys } from './instances.ts';
import { callOf, destinationsOf, type Moves, movesOf, withoutKeys } from './moves.ts';

/**
 * What a module call makes, when the module is a local one that was read; by the address of the call, which may lead through
 * others: `module.a.module.b`.
 */
type ContentsOf = (call: string) => Footprint | undefined;

/** Of both versions. */
export interface LocalContents {
  readonly before: ContentsOf;
  readonly after: ContentsOf;
  /** Whether a call of the older version is known to make nothing, neither itself nor what it calls. */
  readonly wasEmpty: (call: string) => boolean;
  /** What all callers say about an address that is gone: where it moved, or that it is let go of. */
  readonly said?: ((address: string) => readonly Said[] | 'released' | undefined) | undefined;
}

/** That something moved, in the words of one caller. */
export interface Said {
  readonly to: readonly string[];
  /** Those of these places that are in the same module, by their addresses there. */
  readonly arrived: readonly string[];
  /** The place that moved as a whole. */
  readonly from: string | undefined;
  readonly moves: Moves;
}

type Addresses = ReadonlyMap<string, Instances>;

/**
 * Compares where Terraform keeps what it made. An address that is gone means that its objects are destroyed, unless a
 * `moved` block says where they are now or a `removed` block lets go of them.
 */
export function compareAddresses(
  before: Footprint,
  after: Footprint,
  path: string,
  found: Found[],
  contents?: LocalContents,
): void {
  const [old, now] = [addressesOf(before), addressesOf(after)];
  const moves = movesOf(after.moves, now, placesInside(contents?.after));
  const kept = keptOf(after);
  const arrived = new Set<string>();
  for (const [address, was] of old) {
    const place = `${path}addresses.${address}`;
    const is = now.get(address);
    if (is !== undefined && !isOtherKeys(was, is)) {
      compareInstances(address, was, is, place, moves, found);
      continue;
    }
    const to = destinationsOf(address, moves);
    const out = to.length > 0 || is !== undefined ? to : movedOut(address, moves, contents);
    for (const each of out) arrived.add(withoutKeys(each));
    if (out.length > 0) {
      found.push({ rule: 'address-moved', path: place, before: address, after: out.join(', ') });
      compareMoved(address, was, out, moves, place, found);
      continue;
    }
    const said = contents?.said?.(address);
    if (said !== undefined && said !== 'released') {
      const places = new Set(said.flatMap(({ to }) => to));
      found.push({ rule: 'address-moved', path: place, before: address, after: [...places].join(', ') });
      for (const each of said) {
        for (const there of each.arrived) arrived.add(there);
        if (each.from !== undefined) compareMoved(each.from, was, each.to, each.moves, place, found);
      }
    } else if (is !== undefined) {
      const [shownOld, shownNow] = [shown(address, was), shown(address, is)];
      found.push({ rule: 'address-rekeyed', path: place, before: shownOld, after: shownNow });
    } else {
      const isKept = kept.has(address) || said === 'released';
      const rule = isKept
        ? 'address-released'
        : contents?.wasEmpty(address)
          ? 'module-call-removed'
          : 'address-removed';
      found.push({ rule, path: place, before: shown(address, was) });
    }
  }
  for (const [address, is] of now) {
    if (old.has(address) || arrived.has(address)) continue;
    found.push({ rule: 'address-added', path: `${path}addresses.${address}`, after: shown(address, is) });
  }
  compareMoves(before, after, old, moves, path, found);
}

/** The moves of a part, with what it and its calls have. */
export function movesOfPart(part: Footprint, contents: LocalContents): Moves {
  return movesOf(part.moves, addressesOf(part), placesInside(contents.after));
}

/** What `removed` blocks let go of. */
export function keptOf({ removals }: Footprint): Set<string> {
  return new Set(removals.flatMap(({ from, destroy }) => (destroy ? [] : [withoutKeys(from)])));
}

function addressesOf({ resources, modules }: Footprint): Map<string, Instances> {
  return new Map<string, Instances>([
    ...resources.map((each) => [each.address, each] as const),
    ...modules.map((each) => [`module.${each.name}`, each] as const),
  ]);
}

/** The addresses inside of each call, and those from which the module itself moves something on. */
function placesInside(contentsOf: ContentsOf | undefined): Moves['inside'] {
  const known = new Map<string, ReadonlySet<string> | undefined>();
  return (call) => {
    if (known.has(call)) return known.get(call);
    const contents = contentsOf?.(call);
    const froms = contents?.moves.map(({ from }) => withoutKeys(from)) ?? [];
    const places = contents && new Set([...addressesOf(contents).keys(), ...froms]);
    known.set(call, places);
    return places;
  };
}

/**
 * Where everything went that a module call made, when `moved` blocks take it out of there. What is in a module from
 * elsewhere nobody knows: who writes such blocks for some of it, does so for all.
 */
function movedOut(
  address: string,
  moves: Moves,
  contents: LocalContents | undefined,
  froms = moves.below.get(address) ?? [],
): string[] {
  if (froms.length === 0) return [];
  const made = contents?.before(address);
  if (made === undefined) return froms.flatMap((from) => destinationsOf(from, moves));
  const deeper = Map.groupBy(froms, (from) => callOf(from.slice(address.length + 1)));
  const out: string[] = [];
  for (const inside of addressesOf(made).keys()) {
    const place = `${address}.${inside}`;
    if (contents?.wasEmpty(place)) continue;
    const own = destinationsOf(place, moves);
    const to = own.length > 0 ? own : movedOut(place, moves, contents, deeper.get(inside) ?? []);
    if (to.length === 0) return [];
    out.push(...to);
  }
  return out;
}

/** What is destroyed although its address moved: instances whose keys are others there, or that were left behind. */
function compareMoved(
  address: string,
  was: Instances,
  out: readonly string[],
  moves: Moves,
  path: string,
  found: Found[],
): void {
  if (!moves.whole.has(address)) {
    if (moves.instances.has(address)) compareLeft(address, was, moves, path, found);
    return;
  }
  const [to, more] = out;
  if (to === undefined || more !== undefined) return;
  const is = moves.now.get(to);
  if (is === undefined) return;
  if (!isOtherKeys(was, is)) compareInstances(to, was, is, path, moves, found);
  else found.push({ rule: 'address-rekeyed', path, before: shown(address, was), after: shown(to, is) });
}

/** Who comes from a version before a move needs the block that says so. */
function compareMoves(
  before: Footprint,
  after: Footprint,
  old: Addresses,
  moves: Moves,
  path: string,
  found: Found[],
): void {
  const [were, are] = [before, after].map((each) => new Set(each.moves.map(({ from }) => from))) as [
    Set<string>,
    Set<string>,
  ];
  for (const { from, to } of before.moves) {
    if (are.has(from) || destinationsOf(to, moves, true).length === 0) continue;
    found.push({ rule: 'moved-removed', path: `${path}moves.${from}`, before: to });
  }
  for (const { from, to } of after.moves) {
    const isOld = destinationsOf(from, moves).some((each) => old.has(withoutKeys(each)));
    if (were.has(from) || old.has(withoutKeys(from)) || !isOld) continue;
    found.push({ rule: 'moved-added', path: `${path}moves.${from}`, after: to });
  }
}

function shown(address: string, { instances }: Instances): string {
  return instances === undefined ? address : `${address} (${instances})`;
}
