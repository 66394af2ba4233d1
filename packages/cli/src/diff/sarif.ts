import { type Change, type ChangeClass, changeRules } from '@ashlar/core/change';
import type { Module, ModuleInterface, Place } from '@ashlar/core/module';

import type { Comparison } from './comparison.ts';

const levels: Readonly<Record<ChangeClass, string>> = {
  breaking: 'error',
  behaviour: 'warning',
  additive: 'note',
  internal: 'note',
};

export interface SarifOptions {
  /** Of this program. */
  readonly version: string;
  /** What stands before the paths of the files of a module; empty for nothing. */
  readonly root: string;
}

/** A comparison in SARIF 2.1.0, for viewers of code and its findings. Places are those of the version that is to be. */
export function comparisonSarif(
  comparison: Comparison,
  after: Module,
  { version, root }: SarifOptions,
): object {
  const used = [...new Set(comparison.changes.map(({ rule }) => rule))];
  const { verdict, declared, honest } = comparison;
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'ashlar',
            version,
            rules: used.map((id) => ({
              id,
              shortDescription: { text: changeRules[id].about },
              defaultConfiguration: { level: levels[changeRules[id].class] },
              properties: { class: changeRules[id].class, kind: changeRules[id].kind },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: comparison.changes.map((change) =>
          resultOf(change, used.indexOf(change.rule), placeOf(change.path, after), root),
        ),
        properties: { verdict, declared, honest },
      },
    ],
  };
}

function resultOf(change: Change, ruleIndex: number, place: Place | undefined, root: string): object {
  return {
    ruleId: change.rule,
    ruleIndex,
    level: levels[change.class],
    message: { text: change.message },
    ...(place === undefined ? {} : { locations: [locationOf(place, root)] }),
    properties: { path: change.path, ...(change.uses === undefined ? {} : { uses: change.uses }) },
  };
}

function locationOf({ file, line, column }: Place, root: string): object {
  const path = root === '' ? file : `${root}/${file}`;
  return {
    physicalLocation: {
      artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/') },
      region: { startLine: line, startColumn: column },
    },
  };
}

/** Where the thing at the path of a change stands: the longest name that begins the path decides. */
export function placeOf(path: string, module: Module): Place | undefined {
  const submodule = module.submodules.find((each) => path.startsWith(`submodules.${each.path}.`));
  const { interface: face, footprint } = submodule ?? module;
  const rest = submodule === undefined ? path : path.slice(`submodules.${submodule.path}.`.length);
  const candidates: (readonly [string, Place | undefined])[] = [
    ...named('inputs', face.inputs),
    ...named('outputs', face.outputs),
    ...named('types', face.types),
    ...named('functions', face.functions),
    ...named('footprint.modules', footprint.modules),
    ...[...footprint.resources, ...footprint.data].flatMap(({ address, type, at }) => [
      [`footprint.addresses.${address}`, at] as const,
      [`footprint.resources.${address}`, at] as const,
      [`footprint.resources.${type}`, at] as const,
      [`footprint.resources.${type.toLowerCase()}`, at] as const,
      [`footprint.data.${address}`, at] as const,
    ]),
  ];
  return candidates
    .filter(([name, at]) => at !== undefined && isBegunBy(rest, name))
    .toSorted(([a], [b]) => b.length - a.length)[0]?.[1];
}

function named(
  group: string,
  items: readonly { readonly name: string; readonly at?: Place }[] | ModuleInterface['types'],
): (readonly [string, Place | undefined])[] {
  return items.map(({ name, at }) => [`${group}.${name}`, at] as const);
}

function isBegunBy(path: string, name: string): boolean {
  return path === name || (path.startsWith(name) && ['.', '['].includes(path.charAt(name.length)));
}
