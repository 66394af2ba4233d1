import type { FindRenames } from './rename.ts';
import { byName, type Slot } from './slot.ts';

type Named = Slot & { readonly name: string };

export interface NamedParts<Item> {
  /** Of both versions; under another name in the second where it was probably renamed. */
  readonly both: readonly (readonly [before: Item, after: Item])[];
  readonly removed: readonly Item[];
  readonly added: readonly Item[];
}

/** Finds what belongs together in two versions, by name. */
export function namedParts<Item extends Named>(
  before: readonly Item[],
  after: readonly Item[],
  findRenames: FindRenames,
): NamedParts<Item> {
  const [old, now] = [byName(before), byName(after)];
  const gone = [...old.values()].filter(({ name }) => !now.has(name));
  const fresh = [...now.values()].filter(({ name }) => !old.has(name));
  const renames = findRenames(gone, fresh);
  const renamed = new Set(renames.values());
  return {
    both: [...old.values()].flatMap((item) => {
      const other = now.get(renames.get(item.name) ?? item.name);
      return other === undefined ? [] : [[item, other] as const];
    }),
    removed: gone.filter(({ name }) => !renames.has(name)),
    added: fresh.filter(({ name }) => !renamed.has(name)),
  };
}
