import { expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import { type Change, compareModules } from '@ashlar/core/change';
import { readModule } from '@ashlar/core/module';

import { comparisonSarif } from './sarif.ts';

const moduleOf = (text: string, files: Readonly<Record<string, string>> = {}) => {
  const all: Readonly<Record<string, string>> = { 'main.tf': text, ...files };
  return readModule({ paths: Object.keys(all), textOf: (path) => all[path]! })!.module;
};

const side = { ref: 'x', version: null } as never;
const comparisonOf = (changes: readonly Change[]) =>
  ({ before: side, after: side, changes, verdict: 'minor', declared: null, honest: null }) as const;

it('finds what was renamed where it is now', () => {
  const variable = (name: string) => `# One.\nvariable "${name}" {\n  type = string\n}\n`;
  const [before, after] = [moduleOf(variable('subnet_ids')), moduleOf(variable('subnets_ids'))];
  const comparison = comparisonOf(compareModules(before, after));

  expect(comparisonSarif(comparison, after, { version: '1.0.0', root: '' })).toMatchObject({
    runs: [
      {
        results: [
          {
            ruleId: 'input-renamed',
            locations: [
              { physicalLocation: { artifactLocation: { uri: 'main.tf' }, region: { startLine: 2 } } },
            ],
          },
        ],
      },
    ],
  });
});

it('finds what is in modules that are called by path', () => {
  const call = 'module "a" {\n  source = "./internal/a"\n}\n';
  const versionOf = (text: string) => moduleOf(call, { 'internal/a/main.tf': text });
  const [before, after] = [versionOf(''), versionOf('\nresource "terraform_data" "this" {}\n')];
  const comparison = comparisonOf(compareModules(before, after));

  expect(comparisonSarif(comparison, after, { version: '1.0.0', root: '' })).toMatchObject({
    runs: [
      {
        results: [
          {
            ruleId: 'address-added',
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'internal/a/main.tf' },
                  region: { startLine: 2 },
                },
              },
            ],
          },
          { ruleId: 'resource-added' },
        ],
      },
    ],
  });
});

it('finds the places of very many changes', () => {
  const variables = (value: string) =>
    Array.from({ length: 4_000 }, (_, index) => `variable "v${index}" { default = "${value}" }\n`).join('');
  const [before, after] = [moduleOf(variables('a')), moduleOf(variables('b'))];
  const changes = compareModules(before, after);
  const comparison = comparisonOf(changes);
  const taken = processorTime();
  const sarif = JSON.stringify(comparisonSarif(comparison, after, { version: '1.0.0', root: '' }));

  expect(taken()).toBeLessThan(5_000);
  expect(sarif.match(/"startLine":4000/g)).toHaveLength(1);
});
