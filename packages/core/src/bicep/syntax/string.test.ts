import { expect, it } from 'vitest';

import { parseBicep } from './file.ts';
import { literalValue } from './literal.ts';

it.each([
  ["''", ''],
  ["'a'", 'a'],
  [String.raw`'\n\r\t\\\'\$\${a}'`, "\n\r\t\\'$${a}"],
  [String.raw`'\u{41}\u{1F600}\u{0010ffff}'`, 'A\u{1F600}\u{10FFFF}'],
  ["''''''", ''],
  ["'''a'''", 'a'],
  ["'''\na\n'''", 'a\n'],
  ["'''\r\na'''", 'a'],
  ["'''\n\na'''", '\na'],
  ["''''a''''", "'a'"],
  ["'''\\n${a}'''", '\\n${a}'],
  ["$$'''${a}'''", '${a}'],
])('%s', (text, value) => {
  const { root, problems } = parseBicep(`var x = ${text}`);
  const [statement] = root.statements;

  expect(problems).toEqual([]);
  expect(statement?.kind === 'var' && literalValue(statement.value)).toBe(value);
});
