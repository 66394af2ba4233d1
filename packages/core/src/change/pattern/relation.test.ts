import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../../tests/support/processor-time.ts';
import type { Dialect } from './named-class.ts';
import { type PatternRelation, patternRelation } from './relation.ts';

const opposite = {
  same: 'same',
  wider: 'narrower',
  narrower: 'wider',
  other: 'other',
  unknown: 'unknown',
} as const satisfies Record<PatternRelation, PatternRelation>;

type Row = readonly [before: string, after: string, relation: PatternRelation];

const inBoth: readonly Row[] = [
  // Lengths
  ['^[a-z]{1,22}$', '^[a-z]{1,34}$', 'wider'],
  ['^[a-z]{3,24}$', '^[a-z]{3,}$', 'wider'],
  ['^[a-z]{3,24}$', '^[a-z]{4,24}$', 'narrower'],
  ['^[a-z]{3,24}$', '^[a-z]{4,25}$', 'other'],
  ['^[a-z]{3}$', '^[a-z][a-z][a-z]$', 'same'],
  ['^[a-z]{1,1000}$', '^[a-z]{1,999}$', 'narrower'],
  ['^a{0}$', '^$', 'same'],
  ['^(ab){2,3}$', '^abab(ab)?$', 'same'],
  ['^(a|b){2}$', '^(aa|ab|ba|bb)$', 'same'],
  ['^[a-z0-9]{3,24}$', '[a-z0-9]{3,24}', 'wider'],
  // Unanchored, more is more of the same.
  ['[a-z]{3}', '[a-z]{3,24}', 'same'],
  ['a+', 'a', 'same'],
  ['a*', '', 'same'],
  ['', '.', 'narrower'],
  ['ab', 'b', 'wider'],
  // Repetitions
  ['^a+$', '^aa*$', 'same'],
  ['^a*$', '^(a+)?$', 'same'],
  ['^(a*)*$', '^a*$', 'same'],
  ['^(a?)+$', '^a*$', 'same'],
  ['^(a*b*)*$', '^(a|b)*$', 'same'],
  ['^(aa)+$', '^a+$', 'wider'],
  ['^(aa|aaa)+$', '^aa+$', 'same'],
  ['^a+?$', '^a+$', 'same'],
  ['^a{2,}?b??$', '^aaa*b?$', 'same'],
  ['^a+$', '^a*$', 'wider'],
  ['^(a|b)*$', '^(a|b|c)*$', 'wider'],
  // Classes
  ['[a-z]', '[a-zA-Z]', 'wider'],
  ['^[a-z]+$', '^[a-y]+$', 'narrower'],
  ['^[a-z]+$', '^[b-z0]+$', 'other'],
  ['^[abc]$', '^[a-c]$', 'same'],
  ['^[abc]$', '^(a|b|c)$', 'same'],
  ['^[^a]$', '^[^ab]$', 'narrower'],
  ['^[^a]$', '^[\\s\\S]$', 'wider'],
  ['^[^\\x00-\\x7f]$', '^[^a]$', 'wider'],
  ['^\\d$', '^[0-9]$', 'same'],
  ['^\\w+$', '^[A-Za-z0-9_]+$', 'same'],
  ['^[\\w-]+$', '^[A-Za-z0-9_-]+$', 'same'],
  ['^[\\w-.]+$', '^[.\\w\\-]+$', 'same'],
  ['^[\\W\\d]$', '^[^A-Za-z_]$', 'same'],
  ['^\\S+$', '^[^ ]+$', 'wider'],
  ['^[^\\D]$', '^\\d$', 'same'],
  ['^[-a]$', '^[a-]$', 'same'],
  ['^[a-c-e]$', '^[abce-]$', 'same'],
  ['^[.]$', '^\\.$', 'same'],
  ['^[[]$', '^\\[$', 'same'],
  ['^[\\]]$', '^]$', 'same'],
  ['^[a^]$', '^[\\^a]$', 'same'],
  ['^\\x41$', '^A$', 'same'],
  ['^\\t\\n$', '^\\x09\\x0A$', 'same'],
  ['^a.c$', '^a\\.c$', 'narrower'],
  ['^.$', '^[\\s\\S]$', 'wider'],
  ['^ä$', '^[à-ü]$', 'wider'],
  // Braces that count nothing
  ['^{a}$', '^\\{a\\}$', 'same'],
  ['^\\$\\{\\w+}$', '^[$]{1}[{]\\w+\\}$', 'same'],
  // Anchors
  ['^a', '^b', 'other'],
  ['^a', 'a', 'wider'],
  ['a$', 'a', 'wider'],
  ['^a$', '^a', 'wider'],
  ['^a$', 'a$', 'wider'],
  ['^a|b$', '^(a|b)$', 'narrower'],
  ['^a$|^b$', '^(?:a|b)$', 'same'],
  ['(^a|b)c', '^ac|bc', 'same'],
  ['a(b|c$)', 'ab|ac$', 'same'],
  ['^$', '^a?$', 'wider'],
  ['^', '$', 'same'],
  ['^^a$$', '^a$', 'same'],
  ['^$|^a$', '^a?$', 'same'],
  ['^a$', '^a\\n?$', 'wider'],
  ['^(^a)$', '^a$', 'same'],
  // Groups
  ['^(?:ab|cd)$', '^(ab|cd|ef)$', 'wider'],
  ['^(?<name>ab)$', '^ab$', 'same'],
  ['^()a$', '^a$', 'same'],
  ['^(a|)$', '^a?$', 'same'],
  ['^(dev|test|prod)$', '^(prod|dev)$', 'narrower'],
  ['^(dev|test|prod)$', '^(dev|qa|prod)$', 'other'],
  // Of real modules
  ['^[a-z][a-z0-9-]{1,61}[a-z0-9]$', '^[a-z]([a-z0-9-]*[a-z0-9])?$', 'wider'],
  [
    '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$',
    '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
    'narrower',
  ],
  ['^(\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])$', '^([01]?\\d?\\d|2[0-4]\\d|25[0-5])$', 'wider'],
  [
    '^/subscriptions/.+/resourceGroups/.+/providers/Microsoft.Network/virtualNetworks/.+$',
    '^/subscriptions/.+/resourceGroups/.+/providers/Microsoft.Network/virtualNetworks/.+/subnets/.+$',
    'narrower',
  ],
  // What they do not agree upon, or is not regular
  ['(?i)^a$', '^[aA]$', 'unknown'],
  ['^(?i:a)$', '^[aA]$', 'unknown'],
  ['^(?!a).$', '^[^a]$', 'unknown'],
  ['(?<!a)b', 'b', 'unknown'],
  ['^(?=a)a$', '^a$', 'unknown'],
  ['^(a)\\1$', '^aa$', 'unknown'],
  ['\\ba', 'a', 'unknown'],
  ['^[\\b]$', '^b$', 'unknown'],
  ['^\\p{Lu}$', '^[A-Z]$', 'unknown'],
  ['^[\\p{Lu}]$', '^[A-Z]$', 'unknown'],
  ['^\\Qa\\E$', '^a$', 'unknown'],
  ['^\\u0041$', '^A$', 'unknown'],
  ['^\\x{41}$', '^A$', 'unknown'],
  ['^\\a$', '^a$', 'unknown'],
  ['^\\', '^', 'unknown'],
  ['^😀$', '^.$', 'unknown'],
  ['^[]a]$', '^[a]$', 'unknown'],
  ['^[^]$', '^.$', 'unknown'],
  ['^[a-\\d]$', '^[a-z]$', 'unknown'],
  ['^[\\d--a]$', '^[a-z]$', 'unknown'],
  ['^[z-a]$', '^[a-z]$', 'unknown'],
  ['^[a-z$', '^[a-z]$', 'unknown'],
  ['^[a-', '^a', 'unknown'],
  // Anchors inside
  ['a^b', 'ab', 'unknown'],
  ['a$b', 'ab', 'unknown'],
  ['a*^b', '^b', 'unknown'],
  ['(a|^)^b', '^b', 'unknown'],
  ['(a|b$)c', 'ac', 'unknown'],
  ['(^a)*', 'a', 'unknown'],
  ['$^', '^$', 'unknown'],
  ['^*a', 'a', 'unknown'],
  // What is no pattern
  ['*a', 'a', 'unknown'],
  ['(?:|*)', 'a', 'unknown'],
  ['a**', 'a*', 'unknown'],
  ['a++', 'a+', 'unknown'],
  ['a{2}{3}', 'a{6}', 'unknown'],
  ['a{3,2}', 'a', 'unknown'],
  ['a{,2}', 'a', 'unknown'],
  ['{2}', 'a', 'unknown'],
  ['(a', 'a', 'unknown'],
  ['a)', 'a', 'unknown'],
  ['a|b)', 'a', 'unknown'],
  ['(?<x>a)(?<x>b)', 'ab', 'unknown'],
];

const inOne: readonly (readonly [Dialect, ...Row])[] = [
  ['re2', '\\Aa\\z', '^a$', 'same'],
  ['ecma', '\\Aa\\z', '^a$', 'unknown'],
  ['re2', 'a\\Z', 'a$', 'unknown'],
  ['re2', '^(?P<name>a)$', '^a$', 'same'],
  ['re2', '^(?P<name>a)(b)$', '^ab$', 'unknown'],
  ['ecma', '^(?P<name>a)$', '^a$', 'unknown'],
  ['ecma', '^(?<name>a)(b)$', '^ab$', 'same'],
  ['re2', '^[[:alpha:]]$', '^[a-zA-Z]$', 'same'],
  ['re2', '^[[:alnum:]_-]+$', '^[\\w-]+$', 'same'],
  ['re2', '^[[:^digit:]]$', '^\\D$', 'same'],
  ['re2', '^[^[:space:]]$', '^\\S$', 'wider'],
  ['re2', '^[[:punct:]]$', '^[!-~]$', 'wider'],
  ['re2', '^[[:nothing:]]$', '^a$', 'unknown'],
  ['re2', '^[[:[a-z]b:]]$', '^a$', 'unknown'],
  ['ecma', '^[[:alpha:]]$', '^[a-zA-Z]$', 'unknown'],
  ['re2', '^\\s$', '^[ \\t\\n\\f\\r]$', 'same'],
  ['ecma', '^\\s$', '^[ \\t\\n\\f\\r]$', 'narrower'],
  ['re2', '^.$', '^[^\\n]$', 'same'],
  ['ecma', '^.$', '^[^\\n]$', 'wider'],
];

const rows = [
  ...(['re2', 'ecma'] as const).flatMap((dialect) => inBoth.map((row) => [dialect, ...row] as const)),
  ...inOne,
];

describe('two patterns', () => {
  it.each(rows)('of %s: %j → %j is %s', (dialect, before, after, relation) => {
    expect(patternRelation(before, after, dialect)).toBe(relation);
    expect(patternRelation(after, before, dialect)).toBe(opposite[relation]);
  });

  it.each(['(?i)a', 'a**', '^[a-z]+$'])('are the same when they have one text: %s', (pattern) => {
    expect(patternRelation(pattern, pattern, 're2')).toBe('same');
  });
});

const negated = (from: number) =>
  Array.from({ length: 240 }, (_, index) => `[^${String.fromCharCode(from + index)}]`).join('');
const nested = (depth: number) => '('.repeat(depth) + 'a' + ')'.repeat(depth);

describe('what takes too long', () => {
  it.each([
    ['long texts', `^${'a'.repeat(998)}$`, `^${'a'.repeat(999)}$`],
    ['groups in groups', nested(51), 'a'],
    ['more repetitions than RE2 takes', 'a{1001}', 'a'],
    ['repetitions of repetitions', '(a{40}){26}', 'a'],
    ['many states', '(abcdef){900}', 'a'],
    ['what has to be remembered', 'a.{20}$', 'a.{21}$'],
    ['ambiguous repetitions', '^(?:[a-z]{1,10}){1,99}$', '^(?:[a-z]{1,9}){1,99}$'],
    ['repetitions of nothing', '^((a?){30}){30}$', '^((a?){30}){31}$'],
    ['many symbols', negated(0x100), negated(0x300)],
  ])('is unknown: %s', (_, before, after) => {
    const spent = processorTime();

    expect(patternRelation(before, after, 're2')).toBe('unknown');
    expect(spent()).toBeLessThan(2_000);
  });

  it.each([
    [`^${'a'.repeat(998)}$`, `^${'a'.repeat(997)}b`],
    [nested(50), 'b'],
    ['^a{1000}$', '^a{999}$'],
    ['^(a{40}){25}$', '^a{999}$'],
  ])('begins beyond %.20s', (before, after) => {
    expect(patternRelation(before, after, 're2')).toBe('other');
  });
});
