import type { Footprint } from '../module/model.ts';
import type { Found } from './found.ts';

type Instances = 'count' | 'for_each' | undefined;

/**
 * Compares where Terraform keeps what it made. An address that is gone means that its objects are destroyed, unless a
 * `moved` block says where they are now or a `removed` block lets go of them.
 */
export function compareAddresses(before: Footprint, after: Footprint, path: string, found: Found[]): void {
  const [old, now] = [addressesOf(before), addressesOf(after)];
  const moves = new Map(after.moves.map(({ from, to }) => [withoutKeys(from), to]));
  const kept = new Set(after.removals.flatMap(({ from, destroy }) => (destroy ? [] : [withoutKeys(from)])));
  const arrived = new Set<string>();
  for (const [address, instances] of old) {
    const place = `${path}addresses.${address}`;
    const isThere = now.has(address);
    if (isThere && !isOtherKeys(instances, now.get(address))) continue;
    const to = destinationOf(address, moves, now);
    const was = shown(address, instances);
    if (to !== undefined) {
      arrived.add(withoutKeys(to));
      found.push({ rule: 'address-moved', path: place, before: address, after: to });
    } else if (isThere) {
      const is = shown(address, now.get(address));
      found.push({ rule: 'address-rekeyed', path: place, before: was, after: is });
    } else if (kept.has(address)) found.push({ rule: 'address-released', path: place, before: was });
    else found.push({ rule: 'address-removed', path: place, before: was });
  }
  for (const [address, instances] of now) {
    if (old.has(address) || arrived.has(address)) continue;
    found.push({
      rule: 'address-added',
      path: `${path}addresses.${address}`,
      after: shown(address, instances),
    });
  }
}

function addressesOf({ resources, modules }: Footprint): Map<string, Instances> {
  return new Map([
    ...resources.map(({ address, instances }) => [address, instances] as const),
    ...modules.map(({ name, instances }) => [`module.${name}`, instances] as const),
  ]);
}

/** Where the last of the `moved` blocks leads, of which each begins where the one before it ended. */
function destinationOf(
  address: string,
  moves: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, Instances>,
): string | undefined {
  const passed = new Set<string>();
  for (let to = moves.get(address); to !== undefined; to = moves.get(withoutKeys(to))) {
    const place = withoutKeys(to);
    // What moved into a module is for that module to have.
    if (now.has(place) || now.has(/^module\.[^.]+(?=\.)/.exec(place)?.[0] ?? '')) return to;
    if (passed.has(place)) return undefined;
    passed.add(place);
  }
  return undefined;
}

/** Terraform itself moves between a single instance and the first of a count, and nothing else. */
function isOtherKeys(before: Instances, after: Instances): boolean {
  return before !== after && (before === 'for_each' || after === 'for_each');
}

function shown(address: string, instances: Instances): string {
  return instances === undefined ? address : `${address} (${instances})`;
}

/** `module.a["x"].b.c[0]` without what stands in brackets. */
function withoutKeys(address: string): string {
  return address.replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|[^\]["]*)\]/g, '');
}
