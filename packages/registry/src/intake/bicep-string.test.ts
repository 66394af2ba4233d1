import fc from 'fast-check';
import { expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import { quotedTexts } from './bicep-string.ts';

it.each<[string, string[]]>([
  ['', []],
  ["'a'", ['a']],
  ["module m 'a.bicep' = { name: 'b' }", ['a.bicep', 'b']],
  ["'a\\'b'", ["a\\'b"]],
  ["'a\\\\' 'b'", ['a\\\\', 'b']],
  ["'open\n'a'", ['a']],
  ["'open\\\n'a'", ['a']],
  ["'open\\", []],
  ["'''a'''", ['', 'a', '']],
])('of %j', (source, expected) => {
  expect([...quotedTexts(source)]).toEqual(expected);
});

it('are those that the pattern for them finds', () => {
  const pattern = /'((?:[^'\\\r\n]|\\[^\r\n])*)'/g;
  // On a line of its own a string that nobody closes takes nothing with it.
  const lines = fc.array(fc.string({ unit: fc.constantFrom('a', "'", '\\', ' ') }));
  fc.assert(
    fc.property(lines, (list) => {
      const source = list.filter((line) => !/\\(?:\\\\)*'/.test(line)).join('\n');
      const found = Array.from(source.matchAll(pattern), ([, text]) => text);

      expect([...quotedTexts(source)]).toEqual(found);
    }),
  );
});

it('take no time, however long and however many', () => {
  for (const source of [
    "'\\".repeat(2_000_000),
    `'${'a'.repeat(20_000_000)}'`,
    `'${'\\a'.repeat(5_000_000)}`,
  ]) {
    const taken = processorTime();
    expect([...quotedTexts(source)].length).toBeLessThan(2);
    expect(taken()).toBeLessThan(5_000);
  }
});
