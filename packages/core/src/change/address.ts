import type { Footprint } from '../module/model.ts';
import type { Found } from './found.ts';
import { compareInstances, compareLeft, type Instances, isOtherKeys } from './instances.ts';
import { destinationsOf, type Moves, movesOf, withoutKeys } from './moves.ts';

/** What a module call makes, when the module is a local one that can be used by itself; by the name of the call. */
export type ContentsOf = (call: string) => Footprint | undefined;

/** Of both versions. */
export interface LocalContents {
  readonly before: ContentsOf;
  readonly after: ContentsOf;
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
  const kept = new Set(after.removals.flatMap(({ from, destroy }) => (destroy ? [] : [withoutKeys(from)])));
  const arrived = new Set<string>();
  for (const [address, was] of old) {
    const place = `${path}addresses.${address}`;
    const is = now.get(address);
    if (is !== undefined && !isOtherKeys(was, is)) {
      compareInstances(address, was, is, place, moves, found);
      continue;
    }
    const to = destinationsOf(address, moves);
    const out = to.length > 0 || is !== undefined ? to : movedOut(address, moves, contents?.before);
    for (const each of out) arrived.add(withoutKeys(each));
    if (out.length > 0) {
      found.push({ rule: 'address-moved', path: place, before: address, after: out.join(', ') });
      compareMoved(address, was, out, moves, place, found);
    } else if (is !== undefined) {
      const [shownOld, shownNow] = [shown(address, was), shown(address, is)];
      found.push({ rule: 'address-rekeyed', path: place, before: shownOld, after: shownNow });
    } else {
      const rule = kept.has(address) ? 'address-released' : 'address-removed';
      found.push({ rule, path: place, before: shown(address, was) });
    }
  }
  for (const [address, is] of now) {
    if (old.has(address) || arrived.has(address)) continue;
    found.push({ rule: 'address-added', path: `${path}addresses.${address}`, after: shown(address, is) });
  }
  compareMoves(before, after, old, moves, path, found);
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
    const contents = contentsOf?.(call.slice('module.'.length));
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
function movedOut(address: string, moves: Moves, contentsOf: ContentsOf | undefined): string[] {
  if (!address.startsWith('module.')) return [];
  const prefix = `${address}.`;
  const froms = moves.below.get(address) ?? [];
  const contents = contentsOf?.(address.slice('module.'.length));
  const inside = contents && [...addressesOf(contents).keys()].map((each) => prefix + each);
  const out: string[] = [];
  for (const from of inside ?? froms) {
    const to = destinationsOf(from, moves);
    if (to.length === 0 && inside !== undefined) return [];
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
