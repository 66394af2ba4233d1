import { describe, expect, it } from 'vitest';

import type { Module } from '../../module/model.ts';
import { parseVersion } from '../../module/version.ts';
import { compareModules } from '../compare.ts';
import { changeRules, type RuleId } from '../table.ts';
import { verdictOf } from '../verdict.ts';
import { bicepPairs, terraformPairs } from './index.ts';
import { bicepModule, terraformModule } from './module-of.ts';

const stable = parseVersion('1.0.0');
const early = parseVersion('0.1.0');

describe.each([
  ['Bicep', bicepPairs, bicepModule],
  ['Terraform', terraformPairs, terraformModule],
] as const)('%s', (_language, groups, moduleOf) => {
  describe.each(Object.entries(groups))('%s', (_, pairs) => {
    it.each(pairs)('$title', ({ before, after, changes, verdict }) => {
      const modules = [before, after].map(moduleOf) as [Module, Module];
      const found = compareModules(...modules);

      expect(modules.map(({ problems }) => problems)).toEqual([[], []]);
      expect(found.map(({ rule, path }) => [rule, path])).toEqual(changes);
      expect([stable, early].map((from) => verdictOf(found, from))).toEqual(verdict);
    });
  });
});

it('each rule of the classification table is shown by a pair, and there are more than 120 of them', () => {
  const pairs = [bicepPairs, terraformPairs].flatMap((groups) => Object.values(groups).flat());
  const shown = new Set(pairs.flatMap(({ changes }) => changes.map(([rule]) => rule)));

  expect(Object.keys(changeRules).filter((rule) => !shown.has(rule as RuleId))).toEqual([]);
  expect(pairs.length).toBeGreaterThan(120);
});
