import fc from 'fast-check';
import { expect, it } from 'vitest';

import { type PatternRelation, patternRelation } from './relation.ts';

function textsOf(letters: readonly string[], longest: number): readonly string[] {
  const texts = [''];
  for (const text of texts) {
    if (text.length < longest) texts.push(...letters.map((letter) => text + letter));
  }
  return texts;
}

interface Part {
  readonly text: string;
  /** Characters in what it matches, at most. */
  readonly length: number;
}

const one = fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '[a-c]', '[^bc]', '\\x61');
const often = ['*', '+', '{1,}', '*?', '+?', '{2,}?'];
const counted = ['?', '{2}', '{0,1}', '{1,2}', '{0,3}', '??', '{1,2}?'];
const open = fc.constantFrom('(', '(?:');

/** Pieces of patterns; JavaScript takes forever when many repetitions are in each other. */
function partOf(quantifiers: readonly string[]) {
  const { part } = fc.letrec<{ part: Part; quantified: Part; sequence: Part; group: Part }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      one.map((text) => ({ text, length: 1 })),
      tie('quantified'),
      tie('sequence'),
      tie('group'),
    ),
    quantified: fc
      .tuple(tie('group'), fc.constantFrom(...quantifiers))
      .map(([{ text, length }, quantifier]) => ({
        text: `${text}${quantifier}`,
        length: length * Number(/(\d)\}/.exec(quantifier)?.[1] ?? 1),
      })),
    sequence: fc
      .array(tie('part'), { maxLength: 3 })
      .map((parts) => ({ text: parts.map(({ text }) => text).join(''), length: lengthOf(parts) })),
    group: fc.tuple(open, fc.array(tie('part'), { minLength: 1, maxLength: 3 })).map(([begin, parts]) => ({
      text: `${begin}${parts.map(({ text }) => text).join('|')})`,
      length: Math.max(...parts.map(({ length }) => length)),
    })),
  }));
  return part.filter(({ text }) => text.length <= 16);
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

const option = fc
  .tuple(fc.constantFrom('', '^'), partOf([...often, ...counted]), fc.constantFrom('', '$'))
  .map((pieces) => pieces.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join(''));
const anyPattern = fc.oneof(
  option,
  fc.tuple(option, option).map((options) => options.join('|')),
  fc.tuple(option, option).map((options) => `(${options.join('|')})`),
  fc.tuple(option, option).map(([first, second]) => `^(${first})(?:b|${second.replace(/^\^/, '')})$`),
);
/** Whatever they match is short. */
const longest = 4;
const shortPattern = partOf(counted)
  .filter(({ length }) => length <= longest)
  .map(({ text }) => `^(?:${text})$`);

/** Those often are alike: one is a part of the other, or both. */
const twoOf = (pattern: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.tuple(pattern, pattern),
    fc.tuple(pattern, pattern).map(([first, second]) => [first, `${first}|${second}`] as const),
    fc.tuple(pattern, pattern).map(([first, second]) => [`${second}|${first}`, first] as const),
    fc
      .tuple(pattern, pattern)
      .map(([first, second]) => [`${first}|${second}`, `${second}|(?:${first})`] as const),
  );

/** How texts tell two patterns apart. */
function shown(texts: readonly string[], [old, now]: readonly [RegExp, RegExp]): PatternRelation {
  const isWider = texts.some((text) => now.test(text) && !old.test(text));
  const isNarrower = texts.some((text) => old.test(text) && !now.test(text));
  return isWider ? (isNarrower ? 'other' : 'wider') : isNarrower ? 'narrower' : 'same';
}

/** What may be claimed when texts show this much. */
const possible: Readonly<Record<PatternRelation, readonly PatternRelation[]>> = {
  same: ['same', 'wider', 'narrower', 'other', 'unknown'],
  wider: ['wider', 'other', 'unknown'],
  narrower: ['narrower', 'other', 'unknown'],
  other: ['other', 'unknown'],
  unknown: [],
};

it('no text that JavaScript matches contradicts what is claimed', () => {
  const texts = textsOf(['a', 'b', 'c'], 5);
  const claimed = new Map<PatternRelation, number>();
  fc.assert(
    fc.property(twoOf(anyPattern), ([before, after]) => {
      const relation = patternRelation(before, after, 'ecma');
      claimed.set(relation, (claimed.get(relation) ?? 0) + 1);

      expect(possible[shown(texts, [new RegExp(before, 's'), new RegExp(after, 's')])]).toContain(relation);
    }),
    { numRuns: 1_000 },
  );

  for (const relation of ['same', 'wider', 'narrower', 'other'] as const) {
    expect([relation, (claimed.get(relation) ?? 0) > 20]).toEqual([relation, true]);
  }
});

it('of short patterns just what texts show is claimed', () => {
  // Three letters that patterns name, one that they do not, and what a point does not match.
  const texts = textsOf(['a', 'b', 'c', 'd', '\n'], longest);
  fc.assert(
    fc.property(twoOf(shortPattern), ([before, after]) => {
      expect(patternRelation(before, after, 'ecma')).toBe(
        shown(texts, [new RegExp(before), new RegExp(after)]),
      );
    }),
    { numRuns: 1_000 },
  );
});
