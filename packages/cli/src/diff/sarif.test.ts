import { expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import { compareModules } from '@ashlar/core/change';
import { readModule } from '@ashlar/core/module';

import { comparisonSarif } from './sarif.ts';

const moduleOf = (text: string) => readModule({ paths: ['main.tf'], textOf: () => text })!.module;

it('finds the places of very many changes', () => {
  const variables = (value: string) =>
    Array.from({ length: 4_000 }, (_, index) => `variable "v${index}" { default = "${value}" }\n`).join('');
  const [before, after] = [moduleOf(variables('a')), moduleOf(variables('b'))];
  const changes = compareModules(before, after);
  const side = { ref: 'x', version: null } as never;
  const comparison = {
    before: side,
    after: side,
    changes,
    verdict: 'minor',
    declared: null,
    honest: null,
  } as const;
  const taken = processorTime();
  const sarif = JSON.stringify(comparisonSarif(comparison, after, { version: '1.0.0', root: '' }));

  expect(taken()).toBeLessThan(5_000);
  expect(sarif.match(/"startLine":4000/g)).toHaveLength(1);
});
