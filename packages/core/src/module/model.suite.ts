import type { Footprint, Module, ModuleInterface } from './model.ts';

/** A module with nothing but what a test is about. */
export function moduleOf(
  face: Partial<ModuleInterface>,
  footprint: Partial<Footprint> = {},
  rest: Partial<Module> = {},
): Module {
  return {
    model: 1,
    language: 'bicep',
    class: null,
    form: 'source',
    interface: { inputs: [], outputs: [], types: [], functions: [], ...face },
    footprint: {
      resources: [],
      data: [],
      ephemeral: [],
      modules: [],
      providers: [],
      roleAssignments: [],
      escapeHatches: [],
      telemetry: [],
      moves: [],
      removals: [],
      imports: [],
      checks: [],
      ...footprint,
    },
    submodules: [],
    examples: [],
    problems: [],
    ...rest,
  };
}
