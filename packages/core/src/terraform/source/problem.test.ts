import { describe, expect, it } from 'vitest';

import { decodeSource } from '../../module/decode-source.ts';
import { readTerraform } from './read.ts';

function problemsOf(files: string | Readonly<Record<string, string>>): string[] {
  const texts = typeof files === 'string' ? { 'main.tf': files } : files;
  const module = readTerraform({ paths: Object.keys(texts), textOf: (path) => texts[path]! }, null);
  return module!.problems.map(({ message, at }) => `${at?.file}:${at?.line}:${at?.column} ${message}`);
}

const variable = (name: string, more = '') => `variable "${name}" {\n${more}\n}\n`;
const typed = (type: string, value: string) => variable('a', `  type = ${type}\n  default = ${value}`);

describe('what Terraform refuses', () => {
  it.each<[string, string | Record<string, string>, string]>([
    [
      'a variable twice',
      variable('a') + variable('a'),
      'main.tf:4:10 variable "a" is there already, in main.tf:1',
    ],
    [
      'an output in two files',
      { 'a.tf': 'output "x" {\n  value = 1\n}\n', 'b.tf.json': '{"output": {"x": {"value": 1}}}' },
      'b.tf.json:1:13 output "x" is there already, in a.tf:1',
    ],
    [
      'a local in two blocks',
      'locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n',
      'main.tf:5:3 local "a" is there already, in main.tf:2',
    ],
    [
      'a resource twice',
      'resource "x_y" "a" {}\nresource "x_y" "a" {}\n',
      'main.tf:2:16 resource "x_y" "a" is there already, in main.tf:1',
    ],
    [
      'data twice',
      'data "x_y" "a" {}\ndata "x_y" "a" {}\n',
      'main.tf:2:12 data "x_y" "a" is there already, in main.tf:1',
    ],
    [
      'a module twice',
      'module "a" {\n  source = "./a"\n}\nmodule "a" {\n  source = "./b"\n}\n',
      'main.tf:4:8 module "a" is there already, in main.tf:1',
    ],
    [
      'a provider twice',
      'provider "a" {}\nprovider "a" {\n  alias = "b"\n}\nprovider "a" {}\n',
      'main.tf:5:10 provider "a" is there already, in main.tf:1',
    ],
    [
      'requirements twice',
      'terraform {\n  required_providers {}\n}\nterraform {\n  required_providers {}\n}\n',
      'main.tf:5:3 block "required_providers" is there already, in main.tf:2',
    ],
    ['too few labels', 'resource "a" {}\n', 'main.tf:1:10 a block "resource" has 2 labels, not 1'],
    ['too many labels', 'locals "a" {}\n', 'main.tf:1:8 a block "locals" has no label, not 1'],
    ['no label', 'output {\n  value = 1\n}\n', 'main.tf:1:1 a block "output" has one label, not none'],
    [
      'a name that is none',
      variable('1 a'),
      'main.tf:1:10 "1 a" is not a name: use letters, digits, _ and -, with a letter or _ at the start',
    ],
    [
      'a name of its own',
      variable('count'),
      'main.tf:1:10 a variable cannot be called "count": module blocks have that name',
    ],
    ['no value', 'output "a" {}\n', 'main.tf:1:8 the output "a" has no value'],
    [
      'no value in JSON',
      { 'a.tf.json': '{"output": {"a": {}}}' },
      'a.tf.json:1:13 the output "a" has no value',
    ],
    [
      'null that is not allowed',
      variable('a', '  nullable = false\n  default = null'),
      'main.tf:3:13 the default of "a" is null, and it is not nullable',
    ],
    [
      'a default of another type',
      typed('list(string)', '{}'),
      'main.tf:3:13 the default of "a" is not of its type, list(string)',
    ],
    [
      'an override of nothing',
      { 'main.tf': '', 'override.tf': variable('a') },
      'override.tf:1:10 an override file changes what is nowhere else: variable "a"',
    ],
    [
      'the same below',
      { 'main.tf': '', 'modules/a/main.tf': 'output "a" {}\n' },
      'modules/a/main.tf:1:8 the output "a" has no value',
    ],
  ])('%s', (_, files, expected) => {
    expect(problemsOf(files)).toEqual([expected]);
  });

  it.each<[string, string | Record<string, string>]>([
    ['several blocks of locals', 'locals {\n  a = 1\n}\nlocals {\n  b = 2\n}\n'],
    ['several terraform blocks', 'terraform {\n  required_providers {}\n}\nterraform {}\n'],
    [
      'providers by their alias',
      'provider "a" {}\nprovider "a" {\n  alias = "b"\n}\nprovider "a" {\n  alias = "c"\n}\n',
    ],
    [
      'override files',
      {
        'main.tf': variable('a'),
        'override.tf': variable('a', '  default = 1'),
        'x_override.tf': variable('a'),
      },
    ],
    [
      'an output that is overridden in part',
      { 'main.tf': 'output "a" {\n  value = 1\n}\n', 'override.tf': 'output "a" {\n  sensitive = true\n}\n' },
    ],
    ['blocks and arguments of a later Terraform', 'wonder "a" "b" "c" {}\nvariable "a" {\n  wonder = 1\n}\n'],
    ['a resource and data of one name', 'data "x_y" "a" {}\nresource "x_y" "a" {}\n'],
    [
      'moves to two places, which only a plan refuses',
      'moved {\n  from = x.a\n  to = x.b\n}\nmoved {\n  from = x.a\n  to = x.c\n}\n',
    ],
  ])('nothing of %s', (_, files) => {
    expect(problemsOf(files)).toEqual([]);
  });
});

describe('a default', () => {
  it.each([
    ['string', '1'],
    ['string', 'true'],
    ['number', '"1.5e3"'],
    ['bool', '"true"'],
    ['bool', '"0"'],
    ['any', '[1, "a", {}]'],
    ['list(string)', '[1, "a"]'],
    ['set(number)', '["1"]'],
    ['map(any)', '{ a = 1, b = [] }'],
    ['tuple([string, number])', '["a", 1]'],
    ['object({ a = string, b = optional(number) })', '{ a = 1, c = 2 }'],
    ['object({ a = string })', '{ a = null }'],
    ['list(string)', 'null'],
    ['number', '1 + 1'],
  ])('of %s can be %s', (type, value) => {
    expect(problemsOf(typed(type, value))).toEqual([]);
  });

  it.each([
    ['string', '[]'],
    ['string', '{}'],
    ['number', '"a"'],
    ['number', '""'],
    ['number', 'true'],
    ['bool', '2'],
    ['bool', '"yes"'],
    ['bool', '"True"'],
    ['list(string)', '"a"'],
    ['list(string)', '[[]]'],
    ['map(string)', '[]'],
    ['map(number)', '{ a = "x" }'],
    ['tuple([string])', '[]'],
    ['object({ a = string })', '{}'],
    ['object({ a = object({ b = number }) })', '{ a = { b = [] } }'],
  ])('of %s cannot be %s', (type, value) => {
    expect(problemsOf(typed(type, value))).toHaveLength(1);
  });
});

describe('bytes that are not UTF-8', () => {
  const latin = Buffer.from('# caf\u00E9\nvariable "a" {}\n', 'latin1');

  it.each([
    ['main.tf', 'main.tf:1:6 this is not UTF-8'],
    ['main.tf.json', 'main.tf.json:1:6 this is not UTF-8'],
  ])('are told of %s', (path, expected) => {
    expect(problemsOf({ [path]: decodeSource(path, latin) })).toContain(expected);
  });

  it('are none where a text has the sign that stands for such', () => {
    expect(problemsOf(decodeSource('main.tf', Buffer.from('# \uFFFD\n')))).toEqual([]);
  });

  it('are no matter elsewhere', () => {
    expect(decodeSource('main.bicep', latin)).toContain('\uFFFD');
  });
});
