import { expect, it } from 'vitest';

import { sentenceOf } from './sentence.ts';
import { changeRules, type RuleId } from './table.ts';

it.each([
  [
    { rule: 'input-removed', path: 'inputs.a', before: { type: 'string' } },
    'inputs.a: an input that is gone.',
  ],
  [
    { rule: 'input-default-changed', path: 'inputs.a', before: { value: 1 }, after: { value: 2 } },
    'inputs.a: what is done when an input is left out is something else: {"value":1} → {"value":2}.',
  ],
  [
    {
      rule: 'input-type-narrowed',
      path: 'inputs.a',
      before: 'array',
      after: { kind: 'array', element: { kind: 'reference', name: 'imageType' } },
    },
    'inputs.a: the type of an input takes fewer values: array → imageType[].',
  ],
  [
    { rule: 'module-call-source', path: 'footprint.modules.a', after: 'x'.repeat(100) },
    `footprint.modules.a: a module comes from elsewhere: nothing → ${'x'.repeat(80)}….`,
  ],
  [
    { rule: 'address-removed', path: 'footprint.addresses.aws_vpc.a' },
    'footprint.addresses.aws_vpc.a: a resource or a module call is gone from its address without a `moved` or `removed` block.',
  ],
] as const)('%j', (found, sentence) => {
  expect(sentenceOf(found)).toBe(sentence);
});

it.each(Object.keys(changeRules) as RuleId[])('a sentence about %s says what it is', (rule) => {
  expect(sentenceOf({ rule, path: 'x' }).split(' ').length).toBeGreaterThan(3);
});
