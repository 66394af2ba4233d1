import { describe, expect, it } from 'vitest';

import type { Module } from '../../module/model.ts';
import { compareModules } from '../compare.ts';
import { changeRules } from '../table.ts';
import { verdictOf } from '../verdict.ts';
import { bicepPairs, terraformRules } from './index.ts';
import { moduleOf } from './module-of.ts';

const stable = { major: 1, minor: 0, patch: 0 };
const early = { major: 0, minor: 1, patch: 0 };

describe.each(Object.entries(bicepPairs))('%s', (_, pairs) => {
  it.each(pairs)('$title', ({ before, after, changes, verdict }) => {
    const modules = [before, after].map(moduleOf) as [Module, Module];
    const found = compareModules(...modules);

    expect(modules.map(({ problems }) => problems)).toEqual([[], []]);
    expect(found.map(({ rule, path }) => [rule, path])).toEqual(changes);
    expect([stable, early].map((from) => verdictOf(found, from))).toEqual(verdict);
  });
});

describe('the classification table', () => {
  const shown = Object.values(bicepPairs)
    .flat()
    .flatMap(({ changes }) => changes.map(([rule]) => rule));

  it('is shown by pairs, each of its rules', () => {
    const rules = new Set([...shown, ...terraformRules]);

    expect(Object.keys(changeRules).filter((rule) => !rules.has(rule as never))).toEqual([]);
  });

  it('has no rule that only Terraform shows and Bicep does too', () => {
    expect(terraformRules.filter((rule) => shown.includes(rule))).toEqual([]);
  });
});
