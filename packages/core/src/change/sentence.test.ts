import { expect, it } from 'vitest';

import { compareModules } from './compare.ts';
import { terraformModule } from './pairs/module-of.ts';
import { sentenceOf } from './sentence.ts';
import { changeRules, type RuleId } from './table.ts';

it.each([
  [
    { rule: 'input-removed', path: 'inputs.a', before: { type: 'string' } },
    'inputs.a: an input that is gone.',
  ],
  [
    { rule: 'input-default-changed', path: 'inputs.a', before: { value: 1 }, after: { value: 2 } },
    'inputs.a: what is done when an input is left out is something else: 1 → 2.',
  ],
  [
    { rule: 'input-default-changed', path: 'inputs.a', before: { value: 'x' }, after: { expression: 'f()' } },
    'inputs.a: what is done when an input is left out is something else: "x" → f().',
  ],
  [
    { rule: 'input-default-changed', path: 'inputs.a', before: null, after: { value: null } },
    'inputs.a: what is done when an input is left out is something else: nothing → null.',
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
    'footprint.addresses.aws_vpc.a: a resource or a module call is gone from its address, and no `moved` or `removed` block keeps it.',
  ],
  [
    { rule: 'input-required', path: 'inputs.a', before: false, after: true },
    'inputs.a: an input that could be left out has to be given.',
  ],
  [
    { rule: 'output-secure-added', path: 'outputs.a', before: false, after: true },
    'outputs.a: an output is a secret.',
  ],
  [
    { rule: 'input-description', path: 'inputs.a', before: 'A.', after: 'The name.' },
    'inputs.a: the description of an input: A. → The name.',
  ],
  [
    { rule: 'output-ephemeral', path: 'outputs.a', before: false, after: true },
    'outputs.a: an output is ephemeral, or not any more: false → true.',
  ],
  [
    { rule: 'input-null-means-default', path: 'inputs.a', before: true, after: false },
    'inputs.a: null now stands for the default of a variable, or does not any more: nullable = true → nullable = false.',
  ],
  [
    { rule: 'provider-aliases', path: 'footprint.providers.aws', before: '', after: 'aws.hub' },
    'footprint.providers.aws: other configurations of a provider have to be passed in: nothing → aws.hub.',
  ],
] as const)('%j', (found, sentence) => {
  expect(sentenceOf('bicep', found)).toBe(sentence);
});

it.each([
  ['string', 'map(object({ a = optional(list(string), []) }))'],
  ['map(any)', 'tuple([string])'],
])('types of Terraform are in its own words: %s, %s', (before, after) => {
  const [old, now] = [before, after].map((type) => terraformModule(`variable "a" {\n  type = ${type}\n}\n`));
  const [change] = compareModules(old!, now!);

  expect(change?.message).toContain(`: ${before} → ${after}.`);
});

it.each(Object.keys(changeRules) as RuleId[])('a sentence about %s says what it is', (rule) => {
  expect(sentenceOf('bicep', { rule, path: 'x' }).split(' ').length).toBeGreaterThan(3);
});
