import type { RuleId } from '../table.ts';
import { bicepExports } from './bicep-exports.ts';
import { bicepFootprint } from './bicep-footprint.ts';
import { bicepInputs } from './bicep-inputs.ts';
import { bicepOutputs } from './bicep-outputs.ts';
import { bicepTypes } from './bicep-types.ts';
import { compiledTemplates } from './compiled.ts';
import type { Pair } from './pair.ts';

export type { Pair } from './pair.ts';

/** Pairs in Bicep and of compiled templates, by what they show. */
export const bicepPairs: Readonly<Record<string, readonly Pair[]>> = {
  inputs: bicepInputs,
  types: bicepTypes,
  outputs: bicepOutputs,
  exports: bicepExports,
  footprint: bicepFootprint,
  compiled: compiledTemplates,
};

/** Rules that only Terraform can show. */
export const terraformRules: readonly RuleId[] = [
  'input-null-means-default',
  'input-type-converted',
  'input-validation-added',
  'input-validation-removed',
  'input-validation-changed',
  'input-ephemeral-added',
  'input-ephemeral-removed',
  'input-deprecated',
  'output-ephemeral',
  'output-deprecated',
  'submodule-added',
  'submodule-removed',
  'address-removed',
  'address-rekeyed',
  'address-added',
  'address-moved',
  'address-released',
  'lifecycle-changed',
  'provider-raised',
  'provider-narrowed',
  'provider-widened',
  'provider-changed',
  'provider-aliases',
  'program-raised',
  'program-narrowed',
  'program-widened',
  'program-changed',
];
