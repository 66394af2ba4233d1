import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

import { parseAst } from 'rolldown/parseAst';

export interface FoundRegex {
  readonly regex: RegExp;
  /** `packages/…/file.ts: /pattern/`. */
  readonly place: string;
}

const root = resolve(import.meta.dirname, '../..');

/** Every regular expression that stands in the sources of the product. */
export function productRegexes(): FoundRegex[] {
  const files = ['core', 'registry', 'cli'].flatMap((name) =>
    readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.(?:test|suite)\.ts$|hostile-archive/.test(file))
      .map((file) => join(root, 'packages', name, 'src', file)),
  );
  return files.flatMap((file) => {
    const found: FoundRegex[] = [];
    visit(parseAst(readFileSync(file, 'utf8'), { lang: 'ts' }), (pattern, flags) => {
      found.push({
        regex: new RegExp(pattern, flags),
        place: `${relative(root, file)}: /${pattern}/${flags}`,
      });
    });
    return found;
  });
}

function visit(node: unknown, found: (pattern: string, flags: string) => void): void {
  if (typeof node !== 'object' || node === null) return;
  const { regex } = node as { regex?: { pattern: string; flags: string } };
  if (regex) found(regex.pattern, regex.flags);
  for (const child of Object.values(node)) visit(child, found);
}

/** Texts on which a pattern that backtracks takes long: many times what it likes, and at the end what it does not. */
export function* worstTexts({ source }: RegExp, length: number): Generator<string> {
  const letters = [...new Set([...likedLetters(source).slice(0, 10), 'a', '0', ' ', '\n', 'é'])];
  const pieces = [...letters, ...pairs(letters), ...literals(source).slice(0, 6)];
  const [first = ''] = literals(source);
  for (const piece of pieces) {
    const many = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
    for (const end of ['!', '\n\0']) yield many + end;
    if (first !== piece) yield first + many + '\u0001';
    // What a pattern wants first may be another letter than what it repeats.
    if (piece.length === 1) for (const letter of letters.slice(0, 2)) yield `${letter}${many}\u0001`;
  }
}

/** A letter for each class and each literal of a pattern. */
function likedLetters(source: string): string[] {
  const classes = [...source.matchAll(/\[\^?((?:\\.|[^\]\\])+)\]/g)].flatMap(([, content]) =>
    Array.from(content!.replaceAll(/\\[dws]/g, '0a ').replaceAll('\\', '')).slice(0, 6),
  );
  const escapes = [...source.matchAll(/\\([dws])/g)].map(([, name]) => ({ d: '1', w: 'w', s: ' ' })[name!]!);
  const plain = Array.from(source.replaceAll(/\\.|\[(?:\\.|[^\]])*\]|[()|?*+{}^$.]/g, ''));
  return [
    ...classes,
    ...escapes,
    ...plain.slice(0, 8),
    ...[...source.matchAll(/\\([^dwsbux\d])/gi)].map(([, letter]) => letter!),
  ];
}

function pairs(letters: readonly string[]): string[] {
  const some = letters.slice(0, 5);
  return some.flatMap((a) => some.flatMap((b) => (a === b ? [] : [a + b])));
}

/** Longer texts that stand in a pattern as they are. */
function literals(source: string): string[] {
  return [...source.matchAll(/(?:[a-z<>!:/-]|\\[./[\]()])+/gi)]
    .map(([text]) => text.replaceAll('\\', ''))
    .filter((text) => text.length > 1);
}
