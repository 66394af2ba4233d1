import type { Module, ResourceUse } from '../module/model.ts';

/**
 * Where the source of a Bicep module and the template that was compiled from it disagree, one sentence each: then the
 * template is out of date. What only one of the two can know is left out: the types of what is imported from a registry,
 * and what modules make.
 */
export function compareTwins(source: Module, compiled: Module): string[] {
  const unknown = new Set(
    source.interface.types
      .filter(({ type, importedFrom }) => importedFrom !== undefined && type === 'any')
      .map(({ name }) => name),
  );
  return [
    ...differences('input', inputsOf(source, unknown, compiled), inputsOf(compiled, unknown, source)),
    ...differences('output', outputsOf(source), outputsOf(compiled)),
    ...differences('exported type', typesOf(source), typesOf(compiled)),
    ...differences('resource', resourcesOf(source), resourcesOf(compiled)),
  ];
}

type Facts = ReadonlyMap<string, string>;

function differences(what: string, source: Facts, compiled: Facts): string[] {
  const names = new Set([...source.keys(), ...compiled.keys()]);
  return [...names].flatMap((name) => {
    const [was, is] = [source.get(name), compiled.get(name)];
    if (was === is) return [];
    if (is === undefined) return [`the ${what} ${name} is in the source and not in the template`];
    if (was === undefined) return [`the ${what} ${name} is in the template and not in the source`];
    return [`the ${what} ${name} is "${was}" in the source and "${is}" in the template`];
  });
}

/** Whether an input is required cannot be told when its type is not known. */
function inputsOf({ interface: { inputs } }: Module, unknown: ReadonlySet<string>, twin: Module): Facts {
  const others = new Map(twin.interface.inputs.map((input) => [input.name, input]));
  return new Map(
    inputs.map((input) => {
      const isOpen = [input, others.get(input.name)].some(
        (each) =>
          each !== undefined &&
          typeof each.type !== 'string' &&
          each.type.kind === 'reference' &&
          unknown.has(each.type.name),
      );
      return [input.name, isOpen ? '' : input.required ? 'required' : 'optional'];
    }),
  );
}

function outputsOf({ interface: { outputs } }: Module): Facts {
  return new Map(outputs.map(({ name }) => [name, '']));
}

function typesOf({ interface: { types } }: Module): Facts {
  return new Map(types.filter(({ exported }) => exported).map(({ name }) => [name, '']));
}

/** Azure compares types without case. Templates without symbolic names do not have what is only read. */
function resourcesOf({ footprint: { resources } }: Module): Facts {
  const own = resources.filter(({ within, existing }) => within === undefined && existing !== true);
  const counts = new Map<string, number>();
  for (const resource of own) counts.set(keyOf(resource), (counts.get(keyOf(resource)) ?? 0) + 1);
  return new Map([...counts].map(([key, count]) => [key, String(count)]));
}

function keyOf({ type, apiVersion }: ResourceUse): string {
  return `${type.toLowerCase()}@${apiVersion ?? ''}`;
}
