import type { Pair } from './pair.ts';

/** A variable with these conditions, each in a validation of its own. */
const checked = (type: string, ...conditions: readonly string[]) =>
  `variable "size" {\n  type = ${type}\n${conditions.map(validation).join('')}}\n`;
const validation = (condition: string) =>
  `  validation {\n    condition     = ${condition}\n    error_message = "No."\n  }\n`;
const withDefault = (text: string, value: string) => text.replace('\n', `\n  default = ${value}\n`);
const oneOf = (...values: readonly string[]) =>
  `contains([${values.map((each) => `"${each}"`).join(', ')}], var.size)`;

/** Validations that say in Terraform what decorators say in Bicep. */
export const terraformValidations: readonly Pair[] = [
  {
    title: 'one more value is allowed',
    before: checked('string', oneOf('a', 'b')),
    after: checked('string', oneOf('b', 'a', 'c')),
    changes: [['input-allowed-widened', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a value is not allowed any more',
    before: checked('number', 'contains([1, 2], var.size)'),
    after: checked('number', 'contains([1], var.size)'),
    changes: [['input-allowed-narrowed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'only some values are allowed',
    before: checked('string'),
    after: checked('string', oneOf('a')),
    changes: [['input-allowed-narrowed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'other values are allowed',
    before: checked('string', oneOf('a')),
    after: checked('string', oneOf('b')),
    changes: [['input-allowed-changed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'the same values are allowed, one by one',
    before: checked('string', oneOf('a', 'b')),
    after: checked('string', 'var.size == "b" || ("a" == var.size)'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'null is allowed as well',
    before: checked('string', oneOf('a', 'b')),
    after: checked('string', `var.size == null || ${oneOf('a', 'b')}`),
    changes: [['input-nullable-added', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'null is refused, also where there is a default',
    before: withDefault(checked('string', `var.size == null ? true : ${oneOf('a')}`), '"a"'),
    after: withDefault(checked('string', oneOf('a')), '"a"'),
    changes: [['input-nullable-removed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'null alone is refused',
    before: checked('string'),
    after: checked('string', 'var.size != null'),
    changes: [['input-nullable-removed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'elements may have one more value',
    before: checked('set(string)', 'alltrue([for v in var.size : contains(["a"], v)])'),
    after: checked('set(string)', 'alltrue([for each in var.size : contains(["a", "b"], each)])'),
    changes: [['input-allowed-widened', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'bounds that are further apart',
    before: checked('number', 'var.size >= 1 && var.size <= 10'),
    after: checked('number', '0 <= var.size && var.size <= 10'),
    changes: [['input-range-widened', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a bound that is refused itself',
    before: checked('number', 'var.size >= 1'),
    after: checked('number', 'var.size > 1'),
    changes: [['input-range-narrowed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a length that may be less',
    before: checked('list(string)', 'length(var.size) > 1'),
    after: checked('list(string)', '1 <= length(var.size)'),
    changes: [['input-range-widened', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'the same lengths, said in another way',
    before: checked('string', 'length(var.size) > 1 && length(var.size) < 9'),
    after: checked('string', 'length(var.size) >= 2', 'length(var.size) <= 8'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'one condition as two',
    before: checked(
      'number',
      'var.size == null ? true : (var.size >= 1 && var.size <= 10 && floor(var.size) == var.size)',
    ),
    after: checked(
      'number',
      'var.size == null ? true : var.size <= 10',
      'var.size == null ? true : var.size >= 1',
      'var.size == null ? true : floor(var.size) == var.size',
    ),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a pattern',
    before: checked('string'),
    after: checked('string', 'can(regex("^[a-z]+$", var.size))'),
    changes: [['input-pattern-added', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a pattern that is gone',
    before: checked('string', 'length(regexall("^[a-z]+$", var.size)) > 0'),
    after: checked('string'),
    changes: [['input-pattern-removed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'another pattern',
    before: checked('string', 'can(regex("^a", var.size))'),
    after: checked('string', 'can(regex("^b", var.size))'),
    changes: [['input-pattern-changed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a pattern that takes longer texts',
    before: checked('string', 'can(regex("^[a-z]{1,22}$", var.size))'),
    after: checked('string', 'can(regex("^[a-z]{1,34}$", var.size))'),
    changes: [['input-pattern-widened', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a pattern that takes fewer characters',
    before: checked('string', 'can(regex("[a-zA-Z]", var.size))'),
    after: checked('string', 'can(regex("[a-z]", var.size))'),
    changes: [['input-pattern-narrowed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a pattern that says the same',
    before: checked('string', 'can(regex("^[a-z]+$", var.size))'),
    after: checked('string', 'length(regexall("^[[:lower:]][a-z]*$", var.size)) > 0'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a pattern of which nobody can tell whether it takes more',
    before: checked('string', 'can(regex("^[a-z]+$", var.size))'),
    after: checked('string', 'can(regex("(?i)^[a-z]+$", var.size))'),
    changes: [['input-pattern-changed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'one of two patterns takes more',
    before: checked('string', 'can(regex("^[a-z]", var.size))', 'can(regex("^.{1,22}$", var.size))'),
    after: checked('string', 'can(regex("^.{1,34}$", var.size))', 'can(regex("^[a-z]", var.size))'),
    changes: [['input-pattern-widened', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'one of two patterns takes less',
    before: checked('string', 'can(regex("^[a-z]", var.size))', 'can(regex("[a-z0-9]$", var.size))'),
    after: checked('string', 'can(regex("^[a-z]", var.size))', 'can(regex("[a-z]$", var.size))'),
    changes: [['input-pattern-narrowed', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'both of two patterns are others: which is the successor of which nobody can tell',
    before: checked('string', 'can(regex("^a", var.size))', 'can(regex("b$", var.size))'),
    after: checked('string', 'can(regex("^[ac]", var.size))', 'can(regex("[bd]$", var.size))'),
    changes: [
      ['input-validation-changed', 'inputs.size'],
      ['input-validation-changed', 'inputs.size'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a second pattern, before the first',
    before: checked('string', 'can(regex("^b", var.size))'),
    after: checked('string', 'can(regex("a$", var.size))', 'can(regex("^b", var.size))'),
    changes: [['input-validation-added', 'inputs.size']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a condition that cannot be understood, with one more value in it',
    before: `variable "size" {\n  type = any\n  validation {\n    condition = contains(["a"], var.size.k)\n    error_message = "A."\n  }\n}\n`,
    after: `variable "size" {\n  type = any\n  validation {\n    condition = contains(["a", "b"], var.size.k)\n    error_message = "A or B."\n  }\n}\n`,
    changes: [['input-validation-changed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a condition that lets something else pass as well',
    before: checked('string', 'can(regex("^a$", var.size))'),
    after: checked('string', 'var.size == "" || can(regex("^a$", var.size))').replace('No.', 'No, or none.'),
    changes: [['input-validation-changed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a condition that cannot be understood where there was one that could',
    before: checked('string', oneOf('a', 'b')),
    after: checked('string', 'startswith(var.size, "a")'),
    changes: [['input-validation-changed', 'inputs.size']],
    verdict: ['minor', 'minor'],
  },
];
