import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../../tests/support/processor-time.ts';
import type { Output } from '../../module/model.ts';
import { readTerraform } from './read.ts';

const declared = `
variable "text" { type = string }
variable "plain" {}
variable "tags" { type = map(string) }
variable "rules" {
  type = map(object({
    name  = string
    ports = optional(list(number), [])
    any   = optional(any)
  }))
}
variable "pair" { type = tuple([string, string]) }
locals {
  name   = "a-\${var.text}"
  first  = local.second
  second = local.first
  nested = { a = { b = [1, 2] }, c = local.name }
  other  = { a = 1 }
}
`;

function outputOf(text: string): Output {
  const module = readTerraform({ paths: ['main.tf'], textOf: () => declared + text }, null);
  expect(module?.problems).toEqual([]);
  return module!.interface.outputs[0]!;
}

const typeOf = (value: string) => outputOf(`output "x" {\n  value = ${value}\n}\n`).typeText;

describe('the type of an output', () => {
  it.each([
    ['"a"', 'string'],
    ['12', 'number'],
    ['-1.5', 'number'],
    ['true', 'bool'],
    ['null', 'any'],
    ['"a-${azurerm_x.this.id}"', 'string'],
    ['"${azurerm_x.this.count}"', 'any'],
    ['"${length(var.tags)}"', 'number'],
    ['<<EOT\n${var.plain}\nEOT\n', 'string'],
    ['!var.plain', 'bool'],
    ['var.plain == null', 'bool'],
    ['1 + var.plain', 'number'],
    ['(true)', 'bool'],
    ['[]', 'list(any)'],
    ['["a", "b"]', 'list(string)'],
    ['["a", 1]', 'list(any)'],
    ['[{ a = 1 }, { a = azurerm_x.this }]', 'list(object({ a = any }))'],
    ['[{ a = 1 }, { b = 1 }]', 'list(map(any))'],
    ['{}', 'object({})'],
    ['{ a = 1, "b" = azurerm_x.this.id }', 'object({ a = number, b = any })'],
    ['{ (var.text) = 1 }', 'map(any)'],
    ['[for each in var.rules : each.name]', 'list(string)'],
    ['[for each in var.plain : each.name]', 'list(any)'],
    ['{ for key, each in var.rules : key => each.ports }', 'map(list(number))'],
    ['{ for key, each in var.rules : key => each.name... }', 'map(list(string))'],
    ['[for var in var.tags : var]', 'list(string)'],
    ['azurerm_x.this', 'any'],
    ['azurerm_x.this[0].id', 'any'],
    ['azurerm_x.this[*].id', 'list(any)'],
    ['values(var.rules)[*].ports', 'list(any)'],
    ['[for each in var.rules : each][*].ports', 'list(list(number))'],
    ['[for each in var.rules : each].*.ports[0]', 'list(number)'],
    ['[for each in var.rules : each].*.ports.0', 'list(number)'],
    ['data.azurerm_x.this.id', 'any'],
    ['module.m.out', 'any'],
    ['path.module', 'string'],
    ['terraform.workspace', 'string'],
    ['each.key', 'any'],
    ['var.text', 'string'],
    ['var.plain', 'any'],
    ['var.nothing', 'any'],
    ['var.tags', 'map(string)'],
    ['var.tags["a"]', 'string'],
    ['var.tags.a', 'string'],
    ['var.rules', 'map(object({ name = string, ports = list(number), any = any }))'],
    ['var.rules["a"].ports[0]', 'number'],
    ['var.rules["a"].nothing', 'any'],
    ['var.pair', 'list(string)'],
    ['local.name', 'string'],
    ['local.first', 'any'],
    ['local.nested', 'object({ a = object({ b = list(number) }), c = string })'],
    ['local.nested["a"].b[1]', 'number'],
    ['local.nothing', 'any'],
    ['var.text == "" ? 1 : 2', 'number'],
    ['var.text == "" ? azurerm_x.this.id : ""', 'string'],
    ['var.text == "" ? azurerm_x.this.id : 1', 'any'],
    ['var.text == "" ? null : 1', 'number'],
    ['var.text == "" ? { a = 1 } : {}', 'map(any)'],
    ['var.text == "" ? { a = 1 } : []', 'any'],
    ['length(var.plain)', 'number'],
    ['core::length(var.plain)', 'number'],
    ['join(",", var.plain)', 'string'],
    ['jsonencode({})', 'string'],
    ['jsondecode("1")', 'any'],
    ['can(var.plain.a)', 'bool'],
    ['toset(["a"])', 'set(string)'],
    ['tolist(toset(["a"]))', 'list(string)'],
    ['tomap(local.other)', 'map(number)'],
    ['concat(["a"], ["b"])', 'list(string)'],
    ['concat(["a"], var.plain)', 'list(any)'],
    ['flatten([["a"]])', 'list(any)'],
    ['keys(var.plain)', 'list(string)'],
    ['merge({ a = 1 }, { b = "x" })', 'object({ a = number, b = string })'],
    ['merge({ a = 1 }, var.plain)', 'map(any)'],
    ['try(var.text, "")', 'string'],
    ['try(azurerm_x.this.id, "")', 'any'],
    ['coalesce(var.plain, "")', 'string'],
    ['one(var.pair)', 'string'],
    ['sensitive(var.text)', 'string'],
    ['provider::aws::arn_parse("a")', 'any'],
    ['unheard_of(1)', 'any'],
  ])('of %s is %s', (value, expected) => {
    expect(typeOf(value)).toBe(expected);
  });

  it('is the one that is written, when one is', () => {
    expect(outputOf('output "x" {\n  type  = map(number)\n  value = azurerm_x.this\n}\n')).toMatchObject({
      type: { kind: 'map', element: 'number' },
      typeText: 'map(number)',
    });
  });

  it('is found by way of what override files say', () => {
    const texts: Record<string, string> = {
      'main.tf': 'locals {\n  a = "x"\n}\noutput "x" {\n  value = local.a\n}\n',
      'override.tf': 'locals {\n  a = 1\n}\n',
    };
    const module = readTerraform({ paths: Object.keys(texts), textOf: (path) => texts[path]! }, null);

    expect(module?.interface.outputs[0]?.type).toBe('number');
  });
});

describe('the types of outputs', () => {
  const many = 20_000;
  const range = Array.from({ length: many }, (_, index) => index);
  const deep = '['.repeat(200) + ']'.repeat(200);

  it.each([
    [
      'a chain of locals',
      `locals {\n${range.map((at) => `a${at} = local.a${at + 1}\n`).join('')}}\n`,
      'local.a0',
    ],
    [
      'locals that are there twice each',
      `locals {\n${range.map((at) => `a${at} = [local.a${at + 1}, { b = local.a${at + 1} }]\n`).join('')}}\n`,
      'local.a0',
    ],
    [
      'ever larger objects',
      `locals {\na0 = { b = 1, c = 2 }\n${range.map((at) => `a${at + 1} = { b = local.a${at}, c = local.a${at} }\n`).join('')}}\n`,
      `[${range.map((at) => `local.a${at}`).join(', ')}]`,
    ],
    ['splats behind splats', '', `var.plain${'[*]'.repeat(many)}`],
    ['brackets in brackets', '', deep],
    [
      'a large list',
      '',
      `[${range
        .slice(0, 2_000)
        .map((at) => `{ a = ${at} }`)
        .join(', ')}]`,
    ],
  ])('are found in no long time: %s', (_, locals, value) => {
    const taken = processorTime();
    const outputs = range.slice(0, 10).map((at) => `output "o${at}" {\n  value = ${value}\n}\n`);
    const text = `variable "plain" {}\n${locals}${outputs.join('')}`;
    const module = readTerraform({ paths: ['main.tf'], textOf: () => text }, null);

    expect(JSON.stringify(module!.interface).length).toBeLessThan(1_000_000);
    expect(taken()).toBeLessThan(5_000);
  });
});
