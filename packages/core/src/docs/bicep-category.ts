/** The first word of a description by AVM's rules, and the rest. */
export interface Categorised {
  readonly category: string;
  readonly text: string;
}

const known = ['Required', 'Conditional', 'Optional', 'Generated'];

/** `Required. Name of the vault.`; what has no such word is required or optional, as it is. */
export function categorise(description: string | undefined, required: boolean): Categorised {
  const parts = /^(\w+)\.\s+([\s\S]*)$/.exec(description ?? '');
  if (parts !== null && known.includes(parts[1]!)) return { category: parts[1]!, text: parts[2]! };
  return { category: required ? 'Required' : 'Optional', text: description ?? '' };
}

/** In the order in which they are shown. */
export function byCategory<Item extends { readonly category: string }>(
  items: readonly Item[],
): (readonly [string, Item[]])[] {
  return known
    .map((category) => [category, items.filter((item) => item.category === category)] as const)
    .filter(([, found]) => found.length > 0);
}
