import { expect, it } from 'vitest';

import { readTerraform } from '../terraform/source/read.ts';
import { terraformTypeText } from './terraform-type-text.ts';

it.each([
  'string',
  'any',
  'map(string)',
  'set(map(number))',
  'tuple([string, list(any)])',
  'object({})',
  'list(object({ a = string, b = optional(bool), c = optional(map(string), {"x":"y"}), d = optional(any, upper("a")) }))',
])('%s is written so', (text) => {
  const file = `variable "a" {\n  type = ${text}\n}\n`;
  const [input] = readTerraform({ paths: ['main.tf'], textOf: () => file }, null)!.interface.inputs;

  expect(terraformTypeText(input!.type)).toBe(text);
});
