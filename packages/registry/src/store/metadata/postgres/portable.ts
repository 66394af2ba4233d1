/**
 * A copy of plain data that both databases store alike: PostgreSQL has no NUL in texts, and half of a surrogate pair has
 * no place in UTF-8. A replacement character stands in for either, as in any text that was decoded wrongly.
 * @throws what cannot be cloned
 */
export function portableCopy(input: unknown): unknown {
  return portable(structuredClone(input));
}

function portable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\u{fffd}');
  if (Array.isArray(value)) return value.map(portable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, portable(each)]));
}
