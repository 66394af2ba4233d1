import type { Type } from '../module/type.ts';
import { compareText } from '../text/compare-text.ts';

interface Named {
  readonly name: string;
  readonly type: Type;
  readonly required?: boolean;
  readonly description?: string;
}

/** How alike two things have to be, of 1, to be taken for the same. */
const likeness = 0.6;

/** How many pairs one comparison of modules looks at. */
const maxPairs = 50_000;

/** How much of a text is looked at. */
const maxText = 500;

/**
 * Finds which of the things that are gone are probably among the new ones, by their old names: of the same type, with a
 * name or a description that is much alike, and the best match for each other.
 */
export type FindRenames = (gone: readonly Named[], fresh: readonly Named[]) => Map<string, string>;

/** For one comparison of modules, which has so much time for renames in all. */
export function renameFinder(): FindRenames {
  const texts = new Map<string, Text>();
  const textOf = (text: string) => {
    const known = texts.get(text) ?? readText(text);
    texts.set(text, known);
    return known;
  };
  let left = maxPairs;
  return (gone, fresh) => {
    const groups = alikeGroups(gone, fresh);
    const count = groups.reduce((sum, { froms, tos }) => sum + froms.length * tos.length, 0);
    // When there are too many, nobody can have renamed them.
    if (count > left) return new Map();
    left -= count;
    const pairs = groups.flatMap(({ froms, tos }) =>
      froms.flatMap((from) =>
        tos.map((to) => ({ from: from.name, to: to.name, score: scoreOf(from, to, textOf) })),
      ),
    );
    return bestMatches(pairs.filter(({ score }) => score >= likeness));
  };
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly score: number;
}

function bestMatches(pairs: readonly Pair[]): Map<string, string> {
  // The same whichever way round the two versions are compared.
  const sorted = pairs.toSorted((a, b) => b.score - a.score || compareText(key(a), key(b)));
  const renames = new Map<string, string>();
  const taken = new Set<string>();
  for (const { from, to } of sorted) {
    if (renames.has(from) || taken.has(to)) continue;
    renames.set(from, to);
    taken.add(to);
  }
  return renames;
}

/** Those of the same type. */
function alikeGroups(
  gone: readonly Named[],
  fresh: readonly Named[],
): { readonly froms: readonly Named[]; readonly tos: readonly Named[] }[] {
  if (gone.length === 0 || fresh.length === 0) return [];
  const byKind = Map.groupBy(fresh, kindOf);
  return [...Map.groupBy(gone, kindOf)].map(([kind, froms]) => ({ froms, tos: byKind.get(kind) ?? [] }));
}

function kindOf({ type, required }: Named): string {
  return JSON.stringify([type, required]);
}

function key({ from, to }: Pair): string {
  return [from, to].sort().join('\0');
}

/** Words of which one says the opposite of the other: what has one of them is never what had the other. */
const opposites: ReadonlyMap<string, string> = new Map(
  [
    ['enable', 'disable'],
    ['enabled', 'disabled'],
    ['allow', 'deny'],
    ['allowed', 'denied'],
    ['include', 'exclude'],
    ['included', 'excluded'],
    ['min', 'max'],
    ['minimum', 'maximum'],
    ['public', 'private'],
    ['source', 'destination'],
    ['ingress', 'egress'],
    ['inbound', 'outbound'],
    ['start', 'end'],
    ['primary', 'secondary'],
  ].flatMap(([one, other]) => [[one!, other!] as const, [other!, one!] as const]),
);

function areOpposite(left: Text, right: Text): boolean {
  return left.words.some((word) => {
    const opposite = opposites.get(word);
    if (opposite === undefined || left.unique.has(opposite)) return false;
    return right.unique.has(opposite) && !right.unique.has(word);
  });
}

function scoreOf(from: Named, to: Named, textOf: (text: string) => Text): number {
  if (areOpposite(textOf(from.name), textOf(to.name))) return 0;
  const names = nameLikeness(textOf(from.name), textOf(to.name));
  const [old, now] = [from.description, to.description];
  const texts = old === undefined || now === undefined ? 0 : similarity(textOf(old), textOf(now));
  // Two short descriptions are alike by chance, and so are names that share one word.
  return Math.max(names, names > 0 || texts === 1 ? texts : 0);
}

/** `vaultId` and `vaultResourceId`: what has all words of the other, two at least, is much alike. */
function nameLikeness(left: Text, right: Text): number {
  const [few, many] = left.words.length < right.words.length ? [left, right] : [right, left];
  const isLonger = few.words.length > 1 && few.words.every((word) => many.unique.has(word));
  return Math.max(similarity(left, right), isLonger ? likeness : 0);
}

/** What is asked of a text again and again. */
interface Text {
  readonly words: readonly string[];
  readonly unique: ReadonlySet<string>;
  /** Pairs of letters within words, with how often they are there. */
  readonly pairs: ReadonlyMap<string, number>;
  readonly size: number;
}

function readText(text: string): Text {
  const words = wordsOf(text);
  const all = pairsOf(words);
  const pairs = new Map<string, number>();
  for (const pair of all) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  return { words, unique: new Set(words), pairs, size: all.length };
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
function similarity(left: Text, right: Text): number {
  const size = left.size + right.size;
  if (size === 0) return left.words.join(' ') === right.words.join(' ') ? 1 : 0;
  let common = 0;
  for (const [pair, count] of left.pairs) common += Math.min(count, right.pairs.get(pair) ?? 0);
  return (2 * common) / size;
}

function pairsOf(words: readonly string[]): string[] {
  return words.flatMap((word) =>
    word.length === 1 ? [word] : Array.from({ length: word.length - 1 }, (_, at) => word.slice(at, at + 2)),
  );
}
