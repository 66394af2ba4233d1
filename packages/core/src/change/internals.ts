import type { Module } from '../module/model.ts';
import { keptOf, type LocalContents, movesOfPart, type Said } from './address.ts';
import { compareFootprints } from './footprint.ts';
import type { Found } from './found.ts';
import { contentsOfCalls, type Part, partAt, type Parts } from './local-module.ts';
import { callOf, destinationsOf, type Moves, withoutKeys } from './moves.ts';

/** Two folders of which the later one is where calls lead that led to the other. */
interface Pair {
  readonly before: Part;
  readonly after: Part;
  /** Of the later one. */
  readonly moves: Moves;
  /** What it lets go of. */
  readonly kept: ReadonlySet<string>;
  readonly sites: Site[];
}

/** A call that leads to both. */
interface Site {
  readonly caller: Pair;
  /** Its address, before and after. */
  readonly addresses: readonly string[];
}

/** With how many folders one is compared: nobody spreads the calls of a folder over more, and work stays in bounds. */
const maxPartners = 8;

/**
 * Compares what is made by modules that are called by path. They are told apart by the calls that lead to them, because that
 * is where Terraform keeps what they make: in which folder they lie is nobody's concern. Calls that are gone are told at the
 * caller.
 */
export function compareInternals(before: Module, after: Module, old: Parts, now: Parts): Found[] {
  if (before.internals === undefined || after.internals === undefined) return [];
  const submodules = new Set(before.submodules.map(({ path }) => path));
  const entries = ['', ...submodules];
  const isCompared = ({ before: { path }, after: other }: Pair) =>
    path === other.path && (path === '' || submodules.has(path));
  const found = new Map<string, Found>();
  for (const pair of pairsOf(entries, old, now)) {
    if (isCompared(pair)) continue;
    const { path } = pair.before;
    const group = submodules.has(path) ? 'submodules' : 'internals';
    for (const each of comparePair(pair, path === '' ? '' : `${group}.${path}.`, old, now)) {
      found.set(JSON.stringify([each.rule, each.path, each.before, each.after]), each);
    }
  }
  return [...found.values()];
}

function comparePair(pair: Pair, at: string, old: Parts, now: Parts): Found[] {
  const { before, after } = pair;
  const contents = { ...contentsOfCalls(before, after, old, now), said: saidBy(pair.sites) };
  return (
    compareFootprints('terraform', before.footprint, after.footprint, at, contents)
      // What has to be passed in is for the callers to know, which are all here.
      .filter(({ rule }) => rule !== 'provider-aliases')
  );
}

/** From the parts that are compared with themselves on, along calls that both versions have. */
function pairsOf(entries: readonly string[], old: Parts, now: Parts): Iterable<Pair> {
  const pairs = new Map<string, Pair>();
  const partners = new Map<Part, number>();
  const pairOf = (before: Part, after: Part): Pair | undefined => {
    const key = JSON.stringify([before.path, after.path]);
    const known = pairs.get(key);
    const count = partners.get(before) ?? 0;
    if (known !== undefined || count >= maxPartners) return known;
    const moves = movesOfPart(after.footprint, contentsOfCalls(before, after, old, now));
    const pair = { before, after, moves, kept: keptOf(after.footprint), sites: [] };
    pairs.set(key, pair);
    partners.set(before, count + 1);
    return pair;
  };
  for (const path of entries) {
    const [before, after] = [old.at.get(path), now.at.get(path)];
    if (before !== undefined && after !== undefined) pairOf(before, after);
  }
  // What is added meanwhile comes along.
  for (const pair of pairs.values()) {
    for (const { name } of pair.before.footprint.modules) {
      const was = old.called(pair.before, name);
      if (was === undefined) continue;
      for (const { caller, from, to } of placesOfCall(pair, `module.${name}`)) {
        const is = partAt(to, caller.after, now);
        if (is !== undefined) pairOf(was, is)?.sites.push({ caller, addresses: [...new Set([from, to])] });
      }
    }
  }
  return pairs.values();
}

interface PlaceOfCall {
  readonly caller: Pair;
  readonly from: string;
  readonly to: string;
}

/** Where a call is in the later version: at its address, where it moved, or where the first caller says that it moved. */
function placesOfCall(pair: Pair, address: string): PlaceOfCall[] {
  if (pair.moves.now.has(address)) return [{ caller: pair, from: address, to: address }];
  const placed = (caller: Pair, from: string) =>
    destinationsOf(from, caller.moves).map((to) => ({ caller, from, to: withoutKeys(to) }));
  const own = placed(pair, address);
  const [site] = pair.sites;
  if (own.length > 0 || site === undefined) return own;
  return site.addresses.flatMap((each) => placed(site.caller, `${each}.${address}`));
}

/**
 * What the callers of a module say about something in it: that all of them moved it or let go of it, by `moved` and
 * `removed` blocks of their own. Undefined when one of them has no such block.
 */
function saidBy(sites: readonly Site[]): LocalContents['said'] {
  if (sites.length === 0 || !sites.every(mayMove)) return undefined;
  return (address) => {
    const moved: Said[] = [];
    let isReleased = false;
    for (const site of sites) {
      const said = saidAt(site, address);
      if (said === undefined) return undefined;
      if (said === 'released') isReleased = true;
      else moved.push(said);
    }
    return isReleased ? 'released' : moved;
  };
}

function mayMove({ caller: { moves, kept }, addresses }: Site): boolean {
  return kept.size > 0 || addresses.some((each) => moves.below.has(callOf(`${each}.`)));
}

function saidAt(
  { caller: { moves, kept }, addresses }: Site,
  address: string,
): Said | 'released' | undefined {
  const places = addresses.map((each) => `${each}.${address}`);
  const to = places.flatMap((place) => destinationsOf(place, moves));
  if (to.length === 0) return places.some((place) => kept.has(place)) ? 'released' : undefined;
  const arrived = to
    .map(withoutKeys)
    .flatMap((place) =>
      addresses.flatMap((each) => (place.startsWith(`${each}.`) ? [place.slice(each.length + 1)] : [])),
    );
  return { to, arrived, from: places.find((place) => moves.whole.has(place)), moves };
}
