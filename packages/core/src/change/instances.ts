import type { ModuleCall, ResourceUse } from '../module/model.ts';
import type { Found } from './found.ts';
import type { Moves } from './moves.ts';

/** How many there are of a resource or a module call, and by which keys. */
export type Instances = Pick<ResourceUse & ModuleCall, 'instances' | 'count' | 'keys'>;

/** Terraform itself moves between a single instance and the first of a count, and nothing else. */
export function isOtherKeys({ instances: was }: Instances, { instances: is }: Instances): boolean {
  return was !== is && (was === 'for_each' || is === 'for_each');
}

/** Compares instances whose number or keys are written out in both versions, at an address that both have. */
export function compareInstances(
  address: string,
  before: Instances,
  after: Instances,
  path: string,
  moves: Moves,
  found: Found[],
): void {
  const moved = moves.instances.get(address) ?? new Set<string>();
  if (before.keys !== undefined && after.keys !== undefined) {
    const [old, now] = [new Set(before.keys), new Set(after.keys)];
    const keyed = (key: string) => `${address}[${JSON.stringify(key)}]`;
    const gone = before.keys.filter((key) => !now.has(key) && !moved.has(keyed(key)));
    const fresh = after.keys.filter((key) => !old.has(key) && !moves.ends.has(keyed(key)));
    if (gone.length > 0) found.push({ rule: 'instances-removed', path, before: gone.join(', ') });
    if (fresh.length > 0) found.push({ rule: 'instances-added', path, after: fresh.join(', ') });
    return;
  }
  const [was, is] = [countOf(before), countOf(after)];
  if (was === undefined || is === undefined) return;
  const lost = [...moved].filter((from) => {
    const index = Number(from.slice(address.length + 1, -1));
    return index >= is && index < was;
  });
  if (is < was - lost.length) found.push({ rule: 'instances-removed', path, before: was, after: is });
  else if (is > was) found.push({ rule: 'instances-added', path, before: was, after: is });
}

/** Of an address that is gone: the instances that no `moved` block names, as far as they are written out. */
export function compareLeft(
  address: string,
  { keys, ...others }: Instances,
  moves: Moves,
  path: string,
  found: Found[],
): void {
  const moved = moves.instances.get(address) ?? new Set<string>();
  const count = others.instances === 'count' ? (others.count ?? 0) : 0;
  const all = keys?.map((key) => JSON.stringify(key)) ?? Array.from({ length: count }, (_, at) => String(at));
  const left = all.filter((key) => !moved.has(`${address}[${key}]`));
  if (left.length > 0) found.push({ rule: 'instances-removed', path, before: left.join(', ') });
}

/** A number that is written out. */
function countOf({ instances, count }: Instances): number | undefined {
  return instances === undefined ? 1 : instances === 'count' ? count : undefined;
}
