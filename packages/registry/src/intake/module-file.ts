/** One file of a module. */
export interface ModuleFile {
  /** Relative to the root of the module, with forward slashes; checked by {@link checkEntryNames}. */
  readonly path: string;
  readonly executable: boolean;
  readonly bytes: Buffer;
}

/** Sorts by the bytes of the path in UTF-8; JavaScript's own order differs outside the basic plane. */
export function sortByPath<Item extends { readonly path: string }>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: Buffer.from(item.path) }))
    .toSorted((left, right) => Buffer.compare(left.key, right.key))
    .map(({ item }) => item);
}
