import fc from 'fast-check';

import type {
  Footprint,
  Input,
  Module,
  ModuleFunction,
  ModuleInterface,
  ModuleVariable,
  NamedType,
  Output,
  Validation,
} from '../module/model.ts';
import type { Property, Type } from '../module/type.ts';

/** Names of which none is like another, so that nothing looks renamed. */
const names = ['alpha', 'bcdf', 'ghjk', 'lmnp', 'qrst', 'vwxz'] as const;
const typeNames = ['Tone', 'Umber', 'Quick'] as const;

function some<Item extends { readonly name: string }>(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> {
  return fc.uniqueArray(item, { maxLength: 3, selector: ({ name }) => name });
}

/** An object without the fields that are undefined, as readers make them. */
function record<Shape>(shape: { [Name in keyof Shape]: fc.Arbitrary<Shape[Name] | undefined> }) {
  return fc
    .record<{ [Name in keyof Shape]: Shape[Name] | undefined }>(shape)
    .map(
      (made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as Shape,
    );
}

function maybe<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.option(value, { nil: undefined, freq: 3 });
}

const flag = maybe(fc.constant(true as const));
const few = maybe(fc.integer({ min: 0, max: 3 }));

const constraints = {
  nullable: flag,
  secure: flag,
  allowed: maybe(
    fc.uniqueArray(fc.constantFrom<unknown>('a', 'b', 1, true, { a: 1 }), { minLength: 1, maxLength: 3 }),
  ),
  minValue: few,
  minExclusive: flag,
  maxLength: few,
  pattern: maybe(fc.constantFrom('^a', '^b', '^[ab]', '^[a-b].*$')),
};

const defaults = maybe(fc.constantFrom({ value: 1 }, { value: ['x'] }, { expression: 'f()' }));

const { type } = fc.letrec<{ type: Type; property: Property }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom<Type>('string', 'int', 'number', 'bool', 'any', 'object', 'array'),
    fc.constantFrom(...typeNames).map((name): Type => ({ kind: 'reference', name })),
    fc.constantFrom<Type>(
      { kind: 'literal', value: 'a' },
      { kind: 'resource', direction: 'input', resource: 'A/b@1', path: 'tags' },
      { kind: 'resource', direction: 'input', resource: 'A/b@2', path: 'tags' },
    ),
    fc.record({ kind: fc.constantFrom('array', 'list', 'set'), element: tie('type') }),
    fc.record({ kind: fc.constant('map' as const), element: tie('type') }),
    record<Extract<Type, { kind: 'tuple' }>>({
      kind: fc.constant('tuple' as const),
      elements: fc.array(tie('type'), { maxLength: 2 }),
      rest: maybe(tie('type')),
    }),
    record<Extract<Type, { kind: 'object' }>>({
      kind: fc.constant('object' as const),
      properties: some(tie('property')),
      additional: maybe(tie('type')),
      sealed: flag,
    }),
    fc.record({
      kind: fc.constant('union' as const),
      members: fc.array(tie('type'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('discriminated' as const),
      property: fc.constantFrom('alpha', 'bcdf'),
      variants: fc.uniqueArray(fc.record({ value: fc.constantFrom('a', 'b', 'c'), type: tie('type') }), {
        maxLength: 3,
        selector: ({ value }) => value,
      }),
    }),
    record<Extract<Type, { kind: 'refined' }>>({
      kind: fc.constant('refined' as const),
      type: tie('type'),
      ...constraints,
    }),
  ) as fc.Arbitrary<Type>,
  property: record<Property>({
    name: fc.constantFrom(...names),
    type: tie('type'),
    required: fc.boolean(),
    default: defaults,
    ...constraints,
  }),
}));

const described = maybe(fc.constantFrom('One.', 'Another.'));

const conditions = [
  'x',
  'y && z',
  'var.alpha == null || x',
  'var.alpha != null',
  'contains(["a", "b"], var.alpha)',
  'var.alpha == null ? true : contains(["b", "c"], var.alpha)',
  'var.alpha > 1 && var.alpha <= 9',
  'length(var.alpha) > 2',
  'can(regex("^a", var.alpha))',
  'can(regex("^b", var.alpha)) && x',
  'can(regex("^[ab]", var.alpha))',
];

const input = record<Input>({
  name: fc.constantFrom(...names),
  type,
  typeText: fc.constant(''),
  required: fc.boolean(),
  default: defaults,
  ephemeral: flag,
  deprecated: described,
  validations: maybe(
    fc
      .uniqueArray(fc.constantFrom(...conditions), { maxLength: 3 })
      .chain((all) =>
        fc.tuple(
          ...all.map((condition) =>
            record<Validation>({ condition: fc.constant(condition), message: described }),
          ),
        ),
      ),
  ),
  ...constraints,
});

const output = record<Output>({
  name: fc.constantFrom(...names),
  type,
  ephemeral: flag,
  deprecated: described,
  conditions: maybe(fc.constantFrom(['a'], ['b'])),
  ...constraints,
});

const namedType = (name: string) =>
  record<NamedType>({ name: fc.constant(name), type, exported: fc.boolean(), ...constraints });

const moduleFunction: fc.Arbitrary<ModuleFunction> = fc.record({
  name: fc.constantFrom(...names),
  parameters: fc.array(fc.record({ name: fc.constant('x'), type }), { maxLength: 2 }),
  returns: type,
  exported: fc.boolean(),
});

const moduleInterface: fc.Arbitrary<ModuleInterface> = fc.record({
  scopes: fc.uniqueArray(fc.constantFrom('resourceGroup', 'subscription')),
  inputs: some(input),
  outputs: some(output),
  types: fc.tuple(...typeNames.map(namedType)),
  functions: some(moduleFunction),
  variables: some(
    record<ModuleVariable>({
      name: fc.constantFrom(...names),
      type: maybe(type),
      value: defaults,
      description: described,
    }),
  ),
});

const marked = { address: fc.constantFrom(...names), within: maybe(fc.constant('inner')) };
const versions = maybe(fc.constantFrom('>= 1.0', '~> 1.2', '>= 1.0, < 2.0', '1.5.0', 'nonsense'));

function addressed<Item extends { readonly address: string }>(
  item: fc.Arbitrary<Item>,
): fc.Arbitrary<Item[]> {
  return fc.uniqueArray(item, { maxLength: 3, selector: ({ address }) => address });
}

const instances = {
  instances: maybe(fc.constantFrom('count' as const, 'for_each' as const)),
  count: maybe(fc.integer({ min: 0, max: 2 })),
  keys: maybe(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'))),
};

const resources = addressed(
  record<Footprint['resources'][number]>({
    ...marked,
    type: fc.constantFrom('A/b', 'A/c', 'azapi'),
    apiVersion: maybe(fc.constantFrom('1', '2')),
    existing: flag,
    ...instances,
    provider: maybe(fc.constantFrom('x.a', 'x.b')),
    conditions: maybe(fc.constantFrom(['a'], ['a', 'b'])),
    conditional: flag,
    repeated: flag,
    publicNetworkAccess: maybe(fc.constantFrom('Enabled', 'Disabled')),
    networkDefaultAction: maybe(fc.constantFrom('Allow', 'Deny')),
    lifecycle: maybe(fc.constantFrom({ preventDestroy: true as const }, { ignoreChanges: 'all' as const })),
  }),
);

const footprint: fc.Arbitrary<Footprint> = record<Footprint>({
  resources,
  data: resources,
  ephemeral: fc.constant([]),
  modules: some(
    record<Footprint['modules'][number]>({
      name: fc.constantFrom(...names),
      source: maybe(fc.constantFrom('x', 'y', './internal')),
      version: maybe(fc.constantFrom('1.0.0', '2.0.0')),
      within: marked.within,
      ...instances,
      providers: maybe(fc.constantFrom(['x = x.a'], ['x = x.b'])),
      conditional: flag,
      repeated: flag,
      // What has the same source as nothing else looks renamed.
    }).map((call) => (call.source === undefined ? call : { ...call, source: `${call.source}/${call.name}` })),
  ),
  providers: some(
    record<Footprint['providers'][number]>({
      name: fc.constantFrom(...names),
      source: maybe(fc.constantFrom('hashicorp/x', 'Hashicorp/x', 'azure/x')),
      version: versions,
      configurationAliases: maybe(fc.uniqueArray(fc.constantFrom('x.a', 'x.b'))),
      configured: flag,
    }),
  ),
  requiredVersion: versions,
  roleAssignments: addressed(
    record<Footprint['roleAssignments'][number]>({
      ...marked,
      role: maybe(fc.constantFrom('x', 'y')),
    }),
  ),
  escapeHatches: addressed(
    record<Footprint['escapeHatches'][number]>({
      ...marked,
      kind: fc.constantFrom('provisioner', 'http-data'),
    }),
  ),
  telemetry: addressed(
    record<Footprint['telemetry'][number]>({ ...marked, prefix: maybe(fc.constantFrom('x', 'y')) }),
  ),
  moves: fc.constant([]),
  removals: fc.constant([]),
  imports: fc.uniqueArray(fc.constantFrom('x.a', 'x.b')).map((all) => all.map((to) => ({ to }))),
  checks: fc.uniqueArray(fc.constantFrom('a', 'b')),
});

const partsAt = (...paths: string[]) =>
  fc.uniqueArray(fc.record({ path: fc.constantFrom(...paths), interface: moduleInterface, footprint }), {
    maxLength: 2,
    selector: ({ path }) => path,
  });
const submodules = partsAt('modules/a', 'modules/b');
const internals = partsAt(...names.map((name) => `internal/${name}`));

/** Two modules of one language. They share parts as two versions do, more often than chance would have it. */
export const twoVersions: fc.Arbitrary<readonly [Module, Module]> = fc
  .constantFrom('bicep' as const, 'terraform' as const)
  .chain((language) => {
    const made = fc
      .record({ interface: moduleInterface, footprint, submodules, internals })
      .map((parts): Module => ({
        model: 1,
        language,
        class: null,
        form: 'source',
        examples: [],
        problems: [],
        ...parts,
      }));
    return fc
      .tuple(made, made, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
      .map(([before, other, keep]): readonly [Module, Module] => [before, mixed(before, other, keep)]);
  });

function mixed(
  before: Module,
  other: Module,
  [inputs, outputs, types, footprints]: readonly boolean[],
): Module {
  return {
    ...other,
    footprint: footprints ? before.footprint : other.footprint,
    interface: {
      ...other.interface,
      inputs: inputs ? before.interface.inputs : other.interface.inputs,
      outputs: outputs ? before.interface.outputs : other.interface.outputs,
      types: types ? before.interface.types : other.interface.types,
    },
  };
}
