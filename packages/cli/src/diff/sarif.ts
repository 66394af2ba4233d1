import { type Change, type ChangeClass, changeRules } from '@ashlar/core/change';
import type { Module, Place, Submodule } from '@ashlar/core/module';

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
  const placeOf = placesOf(after);
  const renamed = newPaths(comparison.changes);
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
          resultOf(change, used.indexOf(change.rule), placeOf(renamed.get(change.path) ?? change.path), root),
        ),
        properties: { verdict, declared, honest },
      },
    ],
  };
}

/** Where something is that was renamed, by its old path: the new version knows the new name alone. */
function newPaths(changes: readonly Change[]): ReadonlyMap<string, string> {
  return new Map(
    changes.flatMap(({ rule, path, before, after }) => {
      const isNamed = /^(?:input|output)-renamed$/.test(rule) && path.endsWith(`.${String(before)}`);
      return isNamed ? [[path, path.slice(0, -String(before).length) + String(after)] as const] : [];
    }),
  );
}

function resultOf(change: Change, ruleIndex: number, place: Place | undefined, root: string): object {
  return {
    ruleId: change.rule,
    ruleIndex,
    level: levels[change.class],
    message: { text: change.message },
    ...(place === undefined ? {} : { locations: [locationOf(place, root)] }),
    properties: {
      path: change.path,
      ...(change.uses === undefined ? {} : { uses: change.uses }),
      ...(change.moreUses === undefined ? {} : { moreUses: change.moreUses }),
    },
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

/** Finds where the thing at the path of a change stands: the longest name that begins the path decides. */
export function placesOf(module: Module): (path: string) => Place | undefined {
  const places = new Map<string, Place>();
  const { submodules, internals = [] } = module;
  const parts = [
    ...namedPlaces(module, ''),
    ...submodules.flatMap((each) => namedPlaces(each, `submodules.${each.path}.`)),
    ...internals.flatMap((each) => namedPlaces(each, `internals.${each.path}.`)),
  ];
  for (const [name, at] of parts) {
    if (at !== undefined && !places.has(name)) places.set(name, at);
  }
  return (path) => {
    for (let end = path.length; end > 0; end--) {
      const isEnd = end === path.length || ['.', '['].includes(path.charAt(end));
      const place = isEnd ? places.get(path.slice(0, end)) : undefined;
      if (place !== undefined) return place;
    }
    return undefined;
  };
}

type NamedPlace = readonly [name: string, at: Place | undefined];

function namedPlaces(
  { interface: face, footprint }: Pick<Submodule, 'interface' | 'footprint'>,
  begin: string,
): NamedPlace[] {
  const named = (group: string, items: readonly { readonly name: string; readonly at?: Place }[]) =>
    items.map(({ name, at }): NamedPlace => [`${begin}${group}.${name}`, at]);
  return [
    ...named('inputs', face.inputs),
    ...named('outputs', face.outputs),
    ...named('types', face.types),
    ...named('functions', face.functions),
    ...named('footprint.modules', footprint.modules),
    ...[...footprint.resources, ...footprint.data].flatMap(({ address, type, at }) =>
      [
        `addresses.${address}`,
        `resources.${address}`,
        `resources.${type}`,
        `resources.${type.toLowerCase()}`,
        `data.${address}`,
      ].map((name): NamedPlace => [`${begin}footprint.${name}`, at]),
    ),
  ];
}
