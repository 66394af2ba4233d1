import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { moduleSchema } from '../module/model-schema.ts';
import type { Module } from '../module/model.ts';
import { readModule } from '../module/read.ts';
import { diffSchema } from './change-schema.ts';
import { compareModules } from './compare.ts';
import { twoVersions } from './module.suite.ts';
import { bicepPairs, terraformPairs } from './pairs/index.ts';
import { bicepModule, terraformModule } from './pairs/module-of.ts';
import { honestyOf, verdictOf } from './verdict.ts';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
const [isModule, isDiff] = [moduleSchema, diffSchema].map((schema) => ajv.compile(schema)) as [
  ReturnType<typeof ajv.compile>,
  ReturnType<typeof ajv.compile>,
];

function diffOf(before: Module, after: Module): unknown {
  const changes = compareModules(before, after);
  const verdict = verdictOf(changes);
  const honest = honestyOf('minor', verdict);
  return asJson({ before: {}, after: {}, changes, verdict, declared: 'minor', honest });
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('the published shapes', () => {
  it.each([
    ['Bicep', bicepPairs, bicepModule],
    ['Terraform', terraformPairs, terraformModule],
  ] as const)('hold for all pairs in %s and what differs', (_, groups, moduleOf) => {
    for (const { title, ...pair } of Object.values(groups).flat()) {
      const modules = [pair.before, pair.after].map(moduleOf) as [Module, Module];
      for (const module of modules) {
        expect([title, isModule(asJson(module)), isModule.errors]).toEqual([title, true, null]);
      }
      expect([title, isDiff(diffOf(...modules)), isDiff.errors]).toEqual([title, true, null]);
    }
  });

  it('hold for any module', () => {
    fc.assert(
      fc.property(twoVersions, ([before, after]) => {
        expect([isModule(asJson(before)), isModule.errors]).toEqual([true, null]);
        expect([isDiff(diffOf(before, after)), isDiff.errors]).toEqual([true, null]);
      }),
    );
  });

  it('hold for numbers that are too large for a computer', () => {
    const large = `1${'0'.repeat(400)}`;
    const text = `{ "$schema": "x/deploymentTemplate.json#", "parameters": { "p": {
      "type": "int", "minValue": 1e999, "maxValue": ${large}, "defaultValue": ${large}, "allowedValues": [-1e999]
    } } }`;
    const { module } = readModule({ paths: ['main.json'], textOf: () => text })!;

    expect([isModule(asJson(module)), isModule.errors]).toEqual([true, null]);
    expect(module.interface.inputs).toMatchObject([{ default: { value: large }, allowed: ['-1e999'] }]);
    expect(module.interface.inputs[0]).not.toHaveProperty('minValue');
  });

  it('take nothing else', () => {
    const module = asJson(bicepModule('param p { a: string }')) as Record<string, object>;

    expect(isModule({ ...module, more: 1 })).toBe(false);
    expect(isModule({ ...module, model: 2 })).toBe(false);
    expect(isModule({ ...module, footprint: { ...module['footprint'], more: [] } })).toBe(false);
    expect(isModule({ ...module, interface: { ...module['interface'], inputs: [{ name: 'p' }] } })).toBe(
      false,
    );
    expect(isDiff({ changes: [] })).toBe(false);
  });

  it('refuse further properties everywhere', () => {
    const open: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if ('properties' in value && !('additionalProperties' in value) && path !== '') open.push(path);
      for (const [key, each] of Object.entries(value)) walk(each, `${path}/${key}`);
    };
    walk(asJson(moduleSchema), '#');

    expect(open.filter((path) => !path.endsWith('/properties'))).toEqual([]);
  });
});
