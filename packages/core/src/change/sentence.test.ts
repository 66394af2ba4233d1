import { expect, it } from 'vitest';

import { sentenceOf } from './sentence.ts';

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
] as const)('%j', (found, sentence) => {
  expect(sentenceOf(found)).toBe(sentence);
});
