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

  it.each([
    ['folders that nobody calls', '', () => ''],
    ['folders of which each calls the next', './f/0', (index: number) => `../${index + 1}`],
    ['a circle of folders', './f/0', (index: number) => `../${(index + 1) % many}`],
    ['folders that all lead back', './f/0', (index: number) => `../${index + 1}/../../f/0/../../.`],
  ])('%s', (title, first, next) => {
    const call = (source: string) => (source === '' ? '' : `module "m" {\n source = "${source}"\n}\n`);
    const main = title.endsWith('lead back')
      ? lines((index) => call(`./f/${index}`).replace('"m"', `"m${index}"`))
      : call(first);
    const files = new Map([
      ['main.tf', main],
      ...Array.from({ length: many }, (_, index) => [`f/${index}/main.tf`, call(next(index))] as const),
    ]);
    const taken = processorTime();
    const module = readTerraform({ paths: [...files.keys()], textOf: (path) => files.get(path)! }, null)!;

    expect(taken()).toBeLessThan(3_000);
    expect(module.internals).toHaveLength(first === '' ? 0 : many);
  });

  it('submodules by the thousand, with as many calls of one folder each', () => {
    const calls = Array.from({ length: 40 }, (_, index) => `module "m${index}" {\n source = "../../x"\n}\n`);
    const files = new Map([
      ['x/main.tofu', ''],
      ...Array.from(
        { length: many },
        (_, index) => [`modules/${index}/main.tofu`, index < 500 ? calls.join('') : ''] as const,
      ),
    ]);
    const taken = processorTime();
    const module = readTerraform({ paths: [...files.keys()], textOf: (path) => files.get(path)! }, null)!;

    expect(taken()).toBeLessThan(4_000);
    expect(module.submodules).toHaveLength(many);
    expect(module.internals).toMatchObject([{ path: 'x' }]);
  });
});
