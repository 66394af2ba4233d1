import { type CodePoints, lastCodePoint } from './code-points.ts';

/** Code points that no class tells apart are one symbol. */
export interface Alphabet {
  readonly size: number;
  readonly symbolsOf: ReadonlyMap<CodePoints, ReadonlySet<number>>;
}

export function alphabetOf(classes: ReadonlySet<CodePoints>): Alphabet {
  const bounds = boundsOf(classes);
  const places = new Map(bounds.map((bound, place) => [bound, place]));
  const members = bounds.map((): CodePoints[] => []);
  const numbers = new Map([...classes].map((each, number) => [each, number]));
  for (const each of classes) {
    for (const [low, high] of each) {
      for (let place = places.get(low)!; bounds[place]! <= high; place++) members[place]!.push(each);
    }
  }
  const symbols = new Map<string, number>();
  const symbolsOf = new Map([...classes].map((each) => [each, new Set<number>()]));
  for (const holding of members) {
    const key = holding.map((each) => numbers.get(each)).join();
    const symbol = symbols.get(key) ?? symbols.size;
    symbols.set(key, symbol);
    for (const each of holding) symbolsOf.get(each)!.add(symbol);
  }
  return { size: symbols.size, symbolsOf };
}

/** Where something begins that a class may hold, while it did not hold what comes before; in order. */
function boundsOf(classes: ReadonlySet<CodePoints>): number[] {
  const bounds = new Set([0]);
  for (const each of classes) {
    for (const [low, high] of each) {
      bounds.add(low);
      if (high < lastCodePoint) bounds.add(high + 1);
    }
  }
  return [...bounds].sort((a, b) => a - b);
}
