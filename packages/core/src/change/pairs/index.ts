import { bicepExports } from './bicep-exports.ts';
import { bicepFootprint } from './bicep-footprint.ts';
import { bicepInputs } from './bicep-inputs.ts';
import { bicepOutputs } from './bicep-outputs.ts';
import { bicepTypes } from './bicep-types.ts';
import { compiledTemplates } from './compiled.ts';
import type { Pair } from './pair.ts';
import { terraformFootprint } from './terraform-footprint.ts';
import { terraformInputs } from './terraform-inputs.ts';
import { terraformInternals } from './terraform-internals.ts';
import { terraformOutputs } from './terraform-outputs.ts';
import { terraformValidations } from './terraform-validations.ts';

export type { Pair } from './pair.ts';

type Pairs = Readonly<Record<string, readonly Pair[]>>;

/** Pairs in Bicep and of compiled templates, by what they show. */
export const bicepPairs: Pairs = {
  inputs: bicepInputs,
  types: bicepTypes,
  outputs: bicepOutputs,
  exports: bicepExports,
  footprint: bicepFootprint,
  compiled: compiledTemplates,
};

export const terraformPairs: Pairs = {
  inputs: terraformInputs,
  validations: terraformValidations,
  outputs: terraformOutputs,
  footprint: terraformFootprint,
  internals: terraformInternals,
};
