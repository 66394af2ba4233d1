import type { Schema } from '../module/model-schema.ts';
import { changeClasses } from './change.ts';
import { changeRules } from './table.ts';

const text = { type: 'string' };
const bump = { enum: ['major', 'minor', 'patch'] };

const change: Schema = {
  type: 'object',
  properties: {
    class: { enum: [...changeClasses] },
    kind: { enum: ['added', 'removed', 'renamed', 'widened', 'narrowed', 'changed'] },
    path: {
      ...text,
      description: 'Such as `inputs.lock.kind`, `types.lockType`, `footprint.providers.azurerm`.',
    },
    before: { description: 'What was there; missing when nothing was.' },
    after: { description: 'What is there; missing when nothing is.' },
    rule: { enum: Object.keys(changeRules), description: 'Of the classification table.' },
    message: { ...text, description: 'One sentence for a person.' },
    uses: {
      type: 'array',
      items: text,
      description: 'What uses a shared type that changed: the first 20 in the order of their names.',
    },
    moreUses: {
      type: 'integer',
      minimum: 1,
      description: 'How many more uses there are, of the first 1,000; missing when all are listed.',
    },
  },
  required: ['class', 'kind', 'path', 'rule', 'message'],
  additionalProperties: false,
};

const side: Schema = {
  type: 'object',
  properties: {
    problems: {
      type: 'integer',
      minimum: 0,
      description:
        'Places that could not be read. Above 0 nothing is said about honesty: what was not read may have changed.',
    },
  },
};

/** The shape of a comparison: what `ashlar diff --json` prints. */
export const diffSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Diff',
  description: 'What differs between two versions of a module, and which version number that deserves.',
  type: 'object',
  properties: {
    before: { ...side, description: 'Where the first version comes from.' },
    after: { ...side, description: 'Where the second version comes from.' },
    changes: { type: 'array', items: { $ref: '#/$defs/change' }, description: 'The gravest first.' },
    verdict: { ...bump, description: 'The smallest honest part of the version number to raise.' },
    declared: {
      enum: [...bump.enum, null],
      description: 'The part that is raised; null when the versions do not say.',
    },
    honest: {
      enum: ['too small', 'honest', 'larger than needed', null],
      description: '`declared` beside `verdict`; null when it is not to be relied on.',
    },
  },
  required: ['before', 'after', 'changes', 'verdict', 'declared', 'honest'],
  additionalProperties: false,
  $defs: { change },
};
