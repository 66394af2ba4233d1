import { describe, expect, it } from 'vitest';

import { cellText, codeBlock, inlineCode, markdownText } from './markdown.ts';

describe('plain text', () => {
  it.each([
    ['a_b *c* [d](e) | f', String.raw`a\_b \*c\* \[d\](e) \| f`],
    ['<script>x</script>', '&lt;script>x&lt;/script>'],
    ['two\nlines', 'two lines'],
    ['`code`', String.raw`\`code\``],
  ])('%j', (text, expected) => {
    expect(markdownText(text)).toBe(expected);
  });
});

describe('a cell', () => {
  it.each([
    ['a | b', String.raw`a \| b`],
    ['one\ntwo\r\nthree', 'one<p>two<p>three'],
    ['<img src=x onerror=y>', '&lt;img src=x onerror=y>'],
    ['`<name>` is *code*', '`<name>` is *code*'],
    ['see <https://a.example/b>', 'see <https://a.example/b>'],
    ['`open <b>', '`open <b>'],
    ['>= 1.9, < 2.0 <3', '>= 1.9, < 2.0 <3'],
    ['&copy; <!-- x --> <?y?> </p>', '&amp;copy; &lt;!-- x --> &lt;?y?> &lt;/p>'],
  ])('%j', (text, expected) => {
    expect(cellText(text, '<p>')).toBe(expected);
  });
});

it.each([
  ['a', '`a`'],
  ['a`b', '`` a`b ``'],
  ['``', '``` `` ```'],
])('fences the code %j', (text, expected) => {
  expect(inlineCode(text)).toBe(expected);
});

it('fences code that holds fences', () => {
  expect(codeBlock('Bicep', '```\nx', '  ')).toEqual(['  ````Bicep', '  ```', '  x', '  ````']);
});
