import { byOrder, type Place } from './entry.ts';

/** How a client wants a listing: by version, or by time when it asks for it. */
export type Order = 'version' | 'timeasc' | 'timedesc';

export interface PageOf<Entry> {
  readonly entries: Entry[];
  readonly hasMore: boolean;
}

/**
 * The page of a listing that comes after one of its entries. Nothing is kept of the others: a page costs no more memory
 * where a repository has a hundred thousand tags.
 */
export async function pageAfter<Entry extends Place>(
  listing: AsyncIterable<readonly Entry[]>,
  {
    order,
    limit,
    after,
  }: { readonly order: Order; readonly limit: number; readonly after: Place | undefined },
): Promise<PageOf<Entry>> {
  const compare = comparison(order);
  const wanted = limit + 1;
  let found: Entry[] = [];
  let end: Entry | undefined;
  for await (const entries of listing) {
    for (const entry of entries) {
      if (after !== undefined && compare(entry, after) <= 0) continue;
      if (end !== undefined && compare(entry, end) > 0) continue;
      found.push(entry);
      if (found.length < 2 * wanted) continue;
      found = found.toSorted(compare).slice(0, wanted);
      end = found.at(-1);
    }
  }
  const sorted = found.toSorted(compare);
  return { entries: sorted.slice(0, limit), hasMore: sorted.length > limit };
}

function comparison(order: Order): (a: Place, b: Place) => number {
  if (order === 'version') return byOrder;
  const direction = order === 'timeasc' ? 1 : -1;
  return (a, b) => direction * (a.time - b.time || byOrder(a, b));
}
