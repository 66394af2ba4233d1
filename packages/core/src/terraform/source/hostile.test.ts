import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../../tests/support/processor-time.ts';
import { readTerraform } from './read.ts';

const many = 4_000;
const lines = (make: (index: number) => string) =>
  Array.from({ length: many }, (_, index) => make(index)).join('\n');

describe('a Terraform module that means harm', () => {
  it.each([
    [
      'overrides of many variables',
      lines((index) => `variable "v${index}" {}`),
      lines((index) => `variable "v${index}" { default = 1 }`),
    ],
    [
      'many settings and overrides of them',
      lines(() => 'terraform {}'),
      `variable "v" {}\n${lines((index) => `terraform {\n required_providers {\n p${index} = "1.0"\n }\n}`)}`,
    ],
  ])('%s', (_, main, override) => {
    const files = new Map([
      ['main.tf', main],
      ['override.tf', override],
    ]);
    const taken = processorTime();
    const module = readTerraform({ paths: [...files.keys()], textOf: (path) => files.get(path)! }, null)!;

    expect(taken()).toBeLessThan(3_000);
    expect(module.interface.inputs.filter(({ required }) => required)).toEqual([]);
    expect(module.footprint.providers.length + module.interface.inputs.length).toBe(many);
  });
});
