import type { Footprint } from '../module/model.ts';
import type { Found } from './interface.ts';

type Instances = 'count' | 'for_each' | undefined;

/**
 * Compares where Terraform keeps what it made. An address that is gone means that its objects are destroyed, unless a
 * `moved` block says where they are now or a `removed` block what becomes of them.
 */
export function compareAddresses(before: Footprint, after: Footprint, path: string, found: Found[]): void {
  const [old, now] = [addressesOf(before), addressesOf(after)];
  const moves = new Map(after.moves.map(({ from, to }) => [withoutKeys(from), to]));
  const released = new Map(after.removals.map(({ from, destroy }) => [withoutKeys(from), destroy]));
  const arrived = new Set<string>();
  for (const [address, instances] of old) {
    const place = `${path}addresses.${address}`;
    const to = moves.get(address);
    if (now.has(address) && !isOtherKeys(instances, now.get(address))) continue;
    if (to !== undefined) {
      arrived.add(withoutKeys(to));
      found.push({ rule: 'address-moved', path: place, before: address, after: to });
    } else if (released.has(address)) {
      found.push({
        rule: 'address-released',
        path: place,
        before: address,
        after: released.get(address) ? 'destroyed' : 'kept',
      });
    } else
      found.push({
        rule: 'address-removed',
        path: place,
        before: shown(address, instances),
        after: now.has(address) ? shown(address, now.get(address)) : undefined,
      });
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

/** Terraform itself moves between a single instance and the first of a count, and nothing else. */
function isOtherKeys(before: Instances, after: Instances): boolean {
  return before !== after && (before === 'for_each' || after === 'for_each');
}

function shown(address: string, instances: Instances): string {
  return instances === undefined ? address : `${address} (${instances})`;
}

/** `module.a["x"].b.c[0]` without what stands in brackets. */
function withoutKeys(address: string): string {
  return address.replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]/g, '');
}
