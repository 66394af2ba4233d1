import { patternRelater } from '../change/pattern/index.ts';
import { renameFinder } from '../change/rename.ts';
import { compareInterfaces } from '../change/interface.ts';
import { shown } from '../change/sentence.ts';
import type { Found } from '../change/found.ts';
import type { Module, ModuleCall, ModuleInterface, Place, Problem, ResourceUse } from '../module/model.ts';
import { referenceOf } from './source/resource.ts';
import { comparable, isOfRegistry } from './twin-interface.ts';

/**
 * Where the source of a Bicep module and the template that was compiled from it disagree, one sentence each: then the
 * template is out of date. What only one of the two can know is left out: the types of what is imported from a registry,
 * and what modules make. Each has its place in the source, unless only the template has it.
 */
export function compareTwins(source: Module, compiled: Module): Problem[] {
  const faces = comparable(source.interface, compiled.interface);
  const { source: face, compiled: other } = faces;
  return [
    ...differences('scope', scopesOf(face, other), scopesOf(other, face)),
    ...differences('input', inputsOf(face, faces.isOpen), inputsOf(other, faces.isOpen)),
    ...differences('output', namesOf(face.outputs), namesOf(other.outputs)),
    ...differences(
      'exported type',
      namesOf(face.types.filter(isExported)),
      namesOf(other.types.filter(isExported)),
    ),
    ...differences(
      'exported function',
      namesOf(face.functions.filter(isExported)),
      namesOf(other.functions.filter(isExported)),
    ),
    ...differences('exported variable', namesOf(face.variables ?? []), namesOf(other.variables ?? [])),
    ...differences('resource', resourcesOf(source), resourcesOf(compiled)),
    ...differences('imported type', importsOf(face, other), importsOf(other, face)),
    ...differences('module', ...callsOf(source, compiled)),
    ...detailDifferences(face, other),
  ];
}

interface Fact {
  readonly text: string;
  readonly at?: Place | undefined;
}

type Facts = ReadonlyMap<string, Fact>;

function differences(what: string, source: Facts, compiled: Facts): Problem[] {
  const names = new Set([...source.keys(), ...compiled.keys()]);
  return [...names].flatMap((name) => {
    const [was, is] = [source.get(name), compiled.get(name)];
    if (was?.text === is?.text) return [];
    const message =
      is === undefined
        ? `the ${what} ${name} is in the source and not in the template`
        : was === undefined
          ? `the ${what} ${name} is in the template and not in the source`
          : `the ${what} ${name} is "${was.text}" in the source and "${is.text}" in the template`;
    return [{ message, ...(was?.at === undefined ? {} : { at: was.at }) }];
  });
}

interface Item {
  readonly name: string;
  readonly at?: Place;
}

function namesOf(items: readonly Item[]): Facts {
  return new Map(items.map(({ name, at }) => [name, { text: '', at }]));
}

function isExported({ exported }: { readonly exported: boolean }): boolean {
  return exported;
}

/** Of several, which not every compiler writes, nothing is said. */
function scopesOf({ scopes = [] }: ModuleInterface, { scopes: others = [] }: ModuleInterface): Facts {
  return new Map(scopes.length === 1 && others.length === 1 ? [['of deployment', { text: scopes[0]! }]] : []);
}

/** Whether an input is required cannot be told when its type is not known. */
function inputsOf({ inputs }: ModuleInterface, isOpen: (input: string) => boolean): Facts {
  return new Map(
    inputs.map(({ name, required, at }) => {
      const text = isOpen(name) ? '' : required ? 'required' : 'optional';
      return [name, { text, at }];
    }),
  );
}

/** Azure compares types without case. Templates without symbolic names do not have what is only read. */
function resourcesOf({ footprint: { resources } }: Module): Facts {
  const own = resources.filter(({ within, existing }) => within === undefined && existing !== true);
  const groups = Map.groupBy(own, keyOf);
  return new Map([...groups].map(([key, all]) => [key, { text: String(all.length), at: all[0]!.at }]));
}

function keyOf({ type, apiVersion }: ResourceUse): string {
  return `${type.toLowerCase()}@${apiVersion ?? ''}`;
}

/** The versions of what comes from registries; an alias of the settings hides where those are. */
function importsOf({ types }: ModuleInterface, { types: others }: ModuleInterface): Facts {
  const known = new Set(others.filter(isOfRegistry).map(({ name }) => name));
  return new Map(
    types.flatMap((type) => {
      // Of what other files import, the names are numbered.
      if (!isOfRegistry(type) || !known.has(type.name) || /^_\d+\./.test(type.name)) return [];
      const { version = '' } = referenceOf(type.importedFrom!.source);
      return [[type.name, { text: version, at: type.at }] as const];
    }),
  );
}

/** The versions of modules of AVM, which a template has in the names of their telemetry alone. */
function callsOf(source: Module, compiled: Module): [Facts, Facts] {
  const versions = Map.groupBy(
    compiled.footprint.telemetry.filter(({ within }) => within !== undefined),
    ({ within }) => within!,
  );
  const own = source.footprint.modules.filter(({ within }) => within === undefined);
  const pairs = own.flatMap((call) => {
    const [telemetry, ...others] = versions.get(call.name) ?? [];
    if (telemetry?.version === undefined || call.version === undefined || others.length > 0) return [];
    if (telemetry.prefix !== prefixOf(call)) return [];
    return [[call.name, { text: call.version, at: call.at }, { text: telemetry.version }] as const];
  });
  return [new Map(pairs.map(([name, was]) => [name, was])), new Map(pairs.map(([name, , is]) => [name, is]))];
}

/** `br/public:avm/res/network/private-endpoint` reports itself as `46d3xbcp.res.network-privateendpoint`. */
function prefixOf({ source = '' }: ModuleCall): string | undefined {
  const [, kind, path] = /\bavm\/(res|ptn|utl)\/(.+)$/.exec(source) ?? [];
  return path && `46d3xbcp.${kind}.${path.replaceAll('-', '').replaceAll('/', '-')}`;
}

function detailDifferences(source: ModuleInterface, compiled: ModuleInterface): Problem[] {
  const found = compareInterfaces(
    'bicep',
    common(source, compiled),
    common(compiled, source),
    '',
    renameFinder(),
    patternRelater('ecma'),
  );
  const opaque = new Set(found.filter(isOpaque).map(({ path }) => path));
  return found
    .filter(({ rule, path }) => !rule.endsWith('-source') && !isWithin(path, opaque))
    .map((each) => {
      const at = placeOf(each.path, source);
      const [was, is] = [each.before, each.after].map(
        (value) => shown('bicep', each.rule, value) ?? 'nothing',
      );
      const message = `${aspectOf(each)} ${each.path} is ${was} in the source and ${is} in the template`;
      return { message, ...(at === undefined ? {} : { at }) };
    });
}

/** What both have; the rest is told by name. */
function common(face: ModuleInterface, other: ModuleInterface): ModuleInterface {
  const both = <Thing extends Item>(items: readonly Thing[], others: readonly Item[]) => {
    const names = new Set(others.map(({ name }) => name));
    return items.filter(({ name }) => names.has(name));
  };
  const requirement = new Map(other.inputs.map(({ name, required }) => [name, required]));
  return {
    inputs: both(face.inputs, other.inputs).filter(
      ({ name, required }) => requirement.get(name) === required,
    ),
    outputs: both(face.outputs, other.outputs),
    types: face.types.map((type) => ({ ...type, exported: type.exported && isExportedIn(other, type.name) })),
    functions: both(face.functions, other.functions),
    variables: both(face.variables ?? [], other.variables ?? []),
  };
}

function isExportedIn({ types }: ModuleInterface, name: string): boolean {
  return types.some((type) => type.name === name && type.exported);
}

/** Whether one side does not know a type: then nothing about that place counts. */
function isOpaque({ rule, before, after }: Found): boolean {
  return /-type-|^type-/.test(rule) && [before, after].some((type) => type === 'any' || isOfResource(type));
}

function isOfResource(type: unknown): boolean {
  return typeof type === 'object' && type !== null && 'kind' in type && type.kind === 'resource';
}

function isWithin(path: string, places: ReadonlySet<string>): boolean {
  if (places.size === 0) return false;
  if (places.has(path)) return true;
  for (const { index } of path.matchAll(/[.[<]/g)) if (places.has(path.slice(0, index))) return true;
  return false;
}

const typeRule =
  /-type-(?:narrowed|widened|changed|converted)$|^(?:type|variable)-(?:changed|narrowed|widened|type)$/;

function aspectOf({ rule }: Found): string {
  if (typeRule.test(rule)) return 'the type of';
  const [, aspect = ''] =
    /(description|default|allowed|range|pattern|secure|nullable|limits|value)/.exec(rule) ?? [];
  const words: Readonly<Record<string, string>> = {
    '': 'what is said about',
    allowed: 'what is allowed for',
    range: 'the range of',
    limits: 'the limits of',
    secure: 'the secrecy of',
    nullable: 'whether null is taken for',
  };
  return words[aspect] ?? `the ${aspect} of`;
}

/** Where the thing stands that a path begins with. */
function placeOf(
  path: string,
  { inputs, outputs, types, functions, variables = [] }: ModuleInterface,
): Place | undefined {
  const dot = path.indexOf('.');
  const rest = path.slice(dot + 1);
  const items: Readonly<Record<string, readonly Item[]>> = { inputs, outputs, types, functions, variables };
  const found = (items[path.slice(0, dot)] ?? []).filter(
    ({ name }) =>
      rest.startsWith(name) && (rest.length === name.length || '.[<'.includes(rest[name.length]!)),
  );
  // Names of types can have dots.
  return found.reduce<Item | undefined>(
    (longest, each) => (each.name.length > (longest?.name.length ?? 0) ? each : longest),
    undefined,
  )?.at;
}
