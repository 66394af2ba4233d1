import type { Type } from '../module/type.ts';

interface Named {
  readonly name: string;
  readonly type: Type;
  readonly required?: boolean;
  readonly description?: string;
}

/** How alike two things have to be, of 1, to be taken for the same. */
const likeness = 0.6;

const maxPairs = 10_000;

/** How much of a text is looked at. */
const maxText = 500;

/**
 * Which of the things that are gone are probably among the new ones, by their old names: of the same type, with a name
 * or a description that is much alike, and the best match for each other.
 */
export function probableRenames(gone: readonly Named[], fresh: readonly Named[]): Map<string, string> {
  const pairs = alikePairs(gone, fresh)
    .map(([from, to]) => ({ from: from.name, to: to.name, score: scoreOf(from, to) }))
    .filter(({ score }) => score >= likeness)
    // The same whichever way round the two versions are compared.
    .sort((a, b) => b.score - a.score || compareText(key(a), key(b)));
  const renames = new Map<string, string>();
  const taken = new Set<string>();
  for (const { from, to } of pairs) {
    if (renames.has(from) || taken.has(to)) continue;
    renames.set(from, to);
    taken.add(to);
  }
  return renames;
}

/** Pairs of the same type; none when there are too many for anybody to have renamed them. */
function alikePairs(gone: readonly Named[], fresh: readonly Named[]): [Named, Named][] {
  if (gone.length === 0 || fresh.length === 0) return [];
  const byKind = Map.groupBy(fresh, kindOf);
  const groups = gone.map((from) => [from, byKind.get(kindOf(from)) ?? []] as const);
  if (groups.reduce((sum, [, group]) => sum + group.length, 0) > maxPairs) return [];
  return groups.flatMap(([from, group]) => group.map((to): [Named, Named] => [from, to]));
}

function kindOf({ type, required }: Named): string {
  return JSON.stringify([type, required]);
}

function key({ from, to }: { from: string; to: string }): string {
  return [from, to].sort().join('\0');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function scoreOf(from: Named, to: Named): number {
  const names = nameLikeness(wordsOf(from.name), wordsOf(to.name));
  const [old, now] = [from.description, to.description];
  const texts = old === undefined || now === undefined ? 0 : similarity(wordsOf(old), wordsOf(now));
  // Two short descriptions are alike by chance, and so are names that share one word.
  return Math.max(names, names > 0 || texts === 1 ? texts : 0);
}

/** `vaultId` and `vaultResourceId`: what has all words of the other, two at least, is much alike. */
function nameLikeness(left: readonly string[], right: readonly string[]): number {
  const [few, many] = left.length < right.length ? [left, right] : [right, left];
  const isLonger = few.length > 1 && few.every((word) => many.includes(word));
  return Math.max(similarity(left, right), isLonger ? likeness : 0);
}

function wordsOf(text: string): string[] {
  return text
    .slice(0, maxText)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** Dice's coefficient over pairs of letters within words. */
function similarity(left: readonly string[], right: readonly string[]): number {
  const [a, b] = [pairsOf(left), pairsOf(right)];
  if (a.length + b.length === 0) return left.join(' ') === right.join(' ') ? 1 : 0;
  const rest = new Map<string, number>();
  for (const pair of b) rest.set(pair, (rest.get(pair) ?? 0) + 1);
  let common = 0;
  for (const pair of a) {
    const left = rest.get(pair) ?? 0;
    if (left === 0) continue;
    rest.set(pair, left - 1);
    common++;
  }
  return (2 * common) / (a.length + b.length);
}

function pairsOf(words: readonly string[]): string[] {
  return words.flatMap((word) =>
    word.length === 1 ? [word] : Array.from({ length: word.length - 1 }, (_, at) => word.slice(at, at + 2)),
  );
}
