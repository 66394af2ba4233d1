/** The order of texts by their characters: the same everywhere, whatever language people speak there. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
