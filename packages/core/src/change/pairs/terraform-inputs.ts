import type { Pair } from './pair.ts';

const variable = (body: string, name = 'size') => `variable "${name}" {\n${body}\n}\n`;
const typed = (type: string, more = '') => variable(`  type = ${type}\n${more}`);
const withDefault = (type: string, value: string) => typed(type, `  default = ${value}`);
const nested =
  'object({ a = optional(string, "x"), b = optional(bool), c = optional(object({ d = optional(list(number), [1]) }), {}) })';
const validation = (condition: string) =>
  typed('number', `  validation {\n    condition     = ${condition}\n    error_message = "No."\n  }`);

const checkedName = (name: string) =>
  variable(
    `  type = string\n  validation {\n    condition     = startswith(lower(var.${name}), "snet-")\n    error_message = "No."\n  }`,
    name,
  );

/** Variables: what users give. */
export const terraformInputs: readonly Pair[] = [
  {
    title: 'nothing but comments, order and white space',
    before: '# One.\nvariable "a" { type = string }\nvariable "b" { type = string }\n',
    after: 'variable "b" {\n  type = string\n}\n\n// Two.\nvariable "a" {\n  type = string\n}\n',
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a variable that has to be given',
    before: '',
    after: typed('string'),
    changes: [['input-required-added', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a variable with a default',
    before: '',
    after: withDefault('string', '"s"'),
    changes: [['input-optional-added', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a variable whose default is null',
    before: '',
    after: withDefault('string', 'null'),
    changes: [['input-optional-added', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a variable that is gone',
    before: withDefault('string', '"s"'),
    after: '',
    changes: [['input-removed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a variable under a name that is much alike',
    before: variable('  type = string', 'key_vault_id'),
    after: variable('  type = string', 'key_vault_resource_id'),
    changes: [['input-renamed', 'inputs.key_vault_id']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'another name, under which the same is checked',
    before: checkedName('subnet_name'),
    after: checkedName('subnets_name'),
    changes: [['input-renamed', 'inputs.subnet_name']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an input that says the opposite of one that is gone',
    before: 'variable "public_access_disabled" {\n  type    = bool\n  default = false\n}\n',
    after: 'variable "public_access_enabled" {\n  type    = bool\n  default = false\n}\n',
    changes: [
      ['input-removed', 'inputs.public_access_disabled'],
      ['input-optional-added', 'inputs.public_access_enabled'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a default that is gone',
    before: withDefault('string', '"s"'),
    after: typed('string'),
    changes: [['input-required', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a default that is new',
    before: typed('string'),
    after: withDefault('string', '"s"'),
    changes: [['input-optional', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'another default',
    before: withDefault('number', '1'),
    after: withDefault('number', '2'),
    changes: [['input-default-changed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'the same default, written in another way',
    before: withDefault('map(number)', '{ a = 1, "b" : 2.0 }'),
    after: withDefault('map(number)', '{\n    "a" = 1\n    b   = 2\n  }'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'the same number, flag and numbers as texts',
    before: ['number', 'bool', 'list(number)']
      .map((type, index) =>
        variable(`  type = ${type}\n  default = ${['1.5', 'true', '[1, 2]'][index]}`, `v${index}`),
      )
      .join(''),
    after: ['number', 'bool', 'list(number)']
      .map((type, index) =>
        variable(`  type = ${type}\n  default = ${['"1.50"', '"true"', '["1", "2"]'][index]}`, `v${index}`),
      )
      .join(''),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a default of a set in another order, and with one element twice',
    before: withDefault('map(set(string))', '{ a = ["x", "y"], b = [] }'),
    after: withDefault('map(set(string))', '{ b = [], a = ["y", "x", "y"] }'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a default of a list in another order',
    before: withDefault('list(string)', '["x", "y"]'),
    after: withDefault('list(string)', '["y", "x"]'),
    changes: [['input-default-changed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a default that says what the defaults of its attributes say',
    before: withDefault(nested, '{}'),
    after: withDefault(nested, '{ c = { d = ["1"] }, a = "x", b = null }'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a default that says what another default of its attribute said',
    before: withDefault('object({ a = optional(string, "x") })', '{ a = "x" }'),
    after: withDefault('object({ a = optional(string, "y") })', '{ a = "x" }'),
    changes: [['input-default-changed', 'inputs.size.a']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a default with another value deep inside',
    before: withDefault(nested, '{}'),
    after: withDefault(nested, '{ c = { d = [2] } }'),
    changes: [['input-default-changed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'null stands for the default',
    before: withDefault('string', '"s"'),
    after: withDefault('string', '"s"\n  nullable = false'),
    changes: [['input-null-means-default', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'null is refused where there is no default',
    before: typed('string'),
    after: typed('string', '  nullable = false'),
    changes: [['input-nullable-removed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'null is taken where there is no default',
    before: typed('string', '  nullable = false'),
    after: typed('string', '  nullable = true'),
    changes: [['input-nullable-added', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a number where a text was: numbers become texts, texts no numbers',
    before: typed('string'),
    after: typed('number'),
    changes: [['input-type-narrowed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a text where a number was',
    before: typed('number'),
    after: typed('string'),
    changes: [['input-type-widened', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a type where there was none',
    before: variable('  description = "d"'),
    after: variable('  description = "d"\n  type = string'),
    changes: [['input-type-narrowed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a list where a text was',
    before: typed('string'),
    after: typed('list(string)'),
    changes: [['input-type-changed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a set where a list was',
    before: typed('list(string)'),
    after: typed('set(string)'),
    changes: [['input-type-converted', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'another type of elements, deep inside',
    before: typed('map(list(object({ port = number })))'),
    after: typed('map(list(object({ port = string })))'),
    changes: [['input-type-widened', 'inputs.size.*[].port']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'an attribute that has to be given',
    before: typed('object({ a = string })'),
    after: typed('object({ a = string, b = string })'),
    changes: [['input-required-added', 'inputs.size.b']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an attribute that may be given',
    before: typed('object({ a = string })'),
    after: typed('object({\n    a = string # The first.\n    b = optional(string)\n  })'),
    changes: [['input-optional-added', 'inputs.size.b']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'an attribute that is gone',
    before: typed('object({ a = string, kind = optional(number) })'),
    after: typed('object({ a = string })'),
    changes: [['input-removed', 'inputs.size.kind']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an attribute that has to be given now',
    before: typed('object({ a = optional(string) })'),
    after: typed('object({ a = string })'),
    changes: [['input-required', 'inputs.size.a']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an attribute with another default',
    before: typed('object({ a = optional(string, "x") })'),
    after: typed('object({ a = optional(string, "y") })'),
    changes: [['input-default-changed', 'inputs.size.a']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a default of null, which an optional attribute has anyway',
    before: typed('object({ a = optional(string) })'),
    after: typed('object({ a = optional(string, null) })'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a tuple of another length',
    before: typed('tuple([string, number])'),
    after: typed('tuple([string])'),
    changes: [['input-type-changed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a value that is checked',
    before: typed('number'),
    after: validation('var.size % 2 == 0'),
    changes: [['input-validation-added', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a value that is not checked any more',
    before: validation('var.size % 2 == 0'),
    after: typed('number'),
    changes: [['input-validation-removed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a value that is checked in another way, with the same words to who is refused',
    before: validation('var.size % 2 == 0'),
    after: validation('var.size % 4 == 0'),
    changes: [['input-validation-changed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a check that makes place for one of something else',
    before: validation('var.size % 2 == 0'),
    after: validation('var.size < var.other').replace('"No."', '"Less."'),
    changes: [
      ['input-validation-added', 'inputs.size'],
      ['input-validation-removed', 'inputs.size'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a check that lets null pass, said in two ways',
    before: validation('var.size == null || var.size % 2 == 0'),
    after: validation('null != var.size ? var.size % 2 == 0 : true'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a check that lets null pass now',
    before: validation('var.size % 2 == 0'),
    after: validation('var.size == null ? true : var.size % 2 == 0'),
    changes: [['input-validation-changed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a check that is written over several lines, with blanks and comments',
    before: validation('substr(var.size,0,1) != "0"&&f(["a","b"],var.size)'),
    after: validation(
      '(\n      substr(var.size, 0, 1) != "0" && # Why.\n      f([\n"a",\n"b",\n], var.size)\n    )',
    ),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a secret',
    before: typed('string'),
    after: typed('string', '  sensitive = true'),
    changes: [['input-secure-added', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'no secret any more',
    before: typed('string', '  sensitive = true'),
    after: typed('string', '  sensitive = false'),
    changes: [['input-secure-removed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a value that is kept nowhere',
    before: typed('string'),
    after: typed('string', '  ephemeral = true'),
    changes: [['input-ephemeral-added', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a value that is kept',
    before: typed('string', '  ephemeral = true'),
    after: typed('string'),
    changes: [['input-ephemeral-removed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a variable that should not be used any more',
    before: typed('string'),
    after: typed('string', '  deprecated = "Use the other one."'),
    changes: [['input-deprecated', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'another description',
    before: typed('string', '  description = "One."'),
    after: typed('string', '  description = <<DESCRIPTION\nTwo.\nDESCRIPTION'),
    changes: [['input-description', 'inputs.size']],
    verdict: ['patch', 'patch'],
  },
];
