/**
 * Databases limit the variables of one statement (SQLite 32,766, PostgreSQL 65,535), and a manifest of 4 MiB may name
 * more parts than that: statements over lists go in pieces of one size, which also keeps them few to prepare.
 */
const chunkSize = 500;

/** The items in pieces; none for an empty list, so that no statement is made with an empty `in ()`. */
export function chunksOf<Item>(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += chunkSize) {
    chunks.push(items.slice(start, start + chunkSize));
  }
  return chunks;
}

/** Reads for a long list, piece by piece, and puts the answers together. */
export async function inChunks<Item, Row>(
  items: readonly Item[],
  read: (chunk: Item[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const chunk of chunksOf(items)) {
    // One by one: there may be more of them than a call takes arguments.
    for (const row of await read(chunk)) rows.push(row);
  }
  return rows;
}
