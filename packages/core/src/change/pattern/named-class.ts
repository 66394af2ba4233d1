import { allBut, type CodePoints, codePointsOf, type Range } from './code-points.ts';

/**
 * - `re2`: Terraform's `regex()`, https://github.com/google/re2/wiki/Syntax
 * - `ecma`: what JSON templates mean, https://tc39.es/ecma262/#sec-regexp-regular-expression-objects
 */
export type Dialect = 're2' | 'ecma';

/** Of texts such as `az09__`: two characters are a range. */
function pairs(text: string): CodePoints {
  const points = Array.from(text, (character) => character.codePointAt(0)!);
  return codePointsOf(
    points.flatMap((low, index) => (index % 2 === 0 ? [[low, points[index + 1]!] as Range] : [])),
  );
}

const digit = pairs('09');
const word = pairs('09AZ__az');
const spaces: Readonly<Record<Dialect, CodePoints>> = {
  re2: pairs('\t\n\f\r  '),
  ecma: pairs(
    '\t\r  \u{a0}\u{a0}\u1680\u1680\u2000\u200a\u2028\u2029\u202f\u202f\u205f\u205f\u3000\u3000\ufeff\ufeff',
  ),
};
const lineEnds: Readonly<Record<Dialect, CodePoints>> = {
  re2: pairs('\n\n'),
  ecma: pairs('\n\n\r\r\u2028\u2029'),
};

/** `.` */
export function anyOfLine(dialect: Dialect): CodePoints {
  return allBut(lineEnds[dialect]);
}

/** `\d`, `\W`: what the letter stands for. */
export function escapedClass(letter: string, dialect: Dialect): CodePoints | undefined {
  const points = { d: digit, w: word, s: spaces[dialect] }[letter.toLowerCase()];
  return points === undefined || letter === letter.toLowerCase() ? points : allBut(points);
}

const posixClasses: ReadonlyMap<string, CodePoints> = new Map([
  ['alnum', pairs('09AZaz')],
  ['alpha', pairs('AZaz')],
  ['ascii', pairs('\0\x7f')],
  ['blank', pairs('\t\t  ')],
  ['cntrl', pairs('\0\x1f\x7f\x7f')],
  ['digit', digit],
  ['graph', pairs('!~')],
  ['lower', pairs('az')],
  ['print', pairs(' ~')],
  ['punct', pairs('!/:@[`{~')],
  ['space', pairs('\t\r  ')],
  ['upper', pairs('AZ')],
  ['word', word],
  ['xdigit', pairs('09AFaf')],
]);

/** `[:alpha:]`, and `[:^alpha:]` for all others. */
export function posixClass(name: string, isNegated: boolean): CodePoints | undefined {
  const points = posixClasses.get(name);
  return points === undefined || !isNegated ? points : allBut(points);
}
