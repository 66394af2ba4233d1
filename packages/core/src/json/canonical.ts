/** A value as JSON, in which the order of names within objects does not count. */
export function canonicalJson(value: unknown): string | undefined {
  if (typeof value !== 'object') return JSON.stringify(value);
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    const entries = Object.entries(each);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
