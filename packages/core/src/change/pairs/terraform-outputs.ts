import type { Pair } from './pair.ts';

const output = (more = '', name = 'id') => `output "${name}" {\n  value = "v"\n${more}\n}\n`;

/** What users read, and the modules below a module. */
export const terraformOutputs: readonly Pair[] = [
  {
    title: 'a new output',
    before: '',
    after: output(),
    changes: [['output-added', 'outputs.id']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'an output that is gone',
    before: output(),
    after: '',
    changes: [['output-removed', 'outputs.id']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an output under a name that is much alike',
    before: output('', 'vault_id'),
    after: output('', 'vault_resource_id'),
    changes: [['output-renamed', 'outputs.vault_id']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'another value: of what type it is only running it tells',
    before: output(),
    after: output().replace('"v"', '[1]'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'an output that is a secret',
    before: output(),
    after: output('  sensitive = true'),
    changes: [['output-secure-added', 'outputs.id']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an output that is no secret any more',
    before: output('  sensitive = true'),
    after: output(),
    changes: [['output-secure-removed', 'outputs.id']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'an output that is kept nowhere',
    before: output(),
    after: output('  ephemeral = true'),
    changes: [['output-ephemeral', 'outputs.id']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an output that should not be used any more',
    before: output(),
    after: output('  deprecated = "Use the other one."'),
    changes: [['output-deprecated', 'outputs.id']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'another description of an output',
    before: output('  description = "One."'),
    after: output('  description = "Two."'),
    changes: [['output-description', 'outputs.id']],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a new module below the module',
    before: { 'main.tf': output() },
    after: { 'main.tf': output(), 'modules/key/main.tf': output() },
    changes: [['submodule-added', 'submodules.modules/key']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module below the module that is gone',
    before: { 'main.tf': output(), 'modules/key/main.tf': output() },
    after: { 'main.tf': output() },
    changes: [['submodule-removed', 'submodules.modules/key']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a change of a module below the module',
    before: { 'main.tf': output(), 'modules/key/main.tf': output() },
    after: { 'main.tf': output(), 'modules/key/main.tf': 'variable "a" {}\n' },
    changes: [
      ['input-required-added', 'submodules.modules/key.inputs.a'],
      ['output-removed', 'submodules.modules/key.outputs.id'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'examples, which nobody uses',
    before: { 'main.tf': output() },
    after: { 'main.tf': output(), 'examples/default/main.tf': 'variable "a" {}\n' },
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'the same in the JSON syntax',
    before: { 'main.tf': 'variable "a" {\n  type    = list(string)\n  default = []\n}\n' },
    after: { 'main.tf.json': '{"variable":{"a":{"type":"list(string)","default":[]}}}' },
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'an override file',
    before: { 'main.tf': 'variable "a" {\n  default = 1\n}\n' },
    after: {
      'main.tf': 'variable "a" {\n  default = 1\n}\n',
      'x_override.tf': 'variable "a" {\n  default = 2\n}\n',
    },
    changes: [['input-default-changed', 'inputs.a']],
    verdict: ['minor', 'minor'],
  },
];
