/** A shape, as JSON Schema writes it. */
export type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const flag = { const: true };
const number = { type: 'number' };
const anything = {};

function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

function ref(name: string): Schema {
  return { $ref: `#/$defs/${name}` };
}

/** An object of these properties alone; those that end in `?` may be missing. */
function shape(properties: Readonly<Record<string, Schema>>, description?: string): Schema {
  const names = Object.keys(properties);
  return {
    ...(description === undefined ? {} : { description }),
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), properties[name]])),
    required: names.filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  };
}

const constraints = {
  'nullable?': { type: 'boolean', description: 'False when its named type may be null and it may not.' },
  'secure?': flag,
  'allowed?': {
    ...listOf(anything),
    description: 'Of an array: of its elements, unless there are arrays among them.',
  },
  'minValue?': number,
  'maxValue?': number,
  'minExclusive?': { ...flag, description: '`minValue` itself is refused.' },
  'maxExclusive?': { ...flag, description: '`maxValue` itself is refused.' },
  'minLength?': number,
  'maxLength?': number,
  'pattern?': text,
};

const type: Schema = {
  description: 'What says no more than its name is that name alone.',
  oneOf: [
    { enum: ['string', 'int', 'number', 'bool', 'null', 'any', 'object', 'array'] },
    shape({ kind: { enum: ['array', 'list', 'set'] }, element: ref('type') }),
    shape({ kind: { const: 'tuple' }, elements: listOf(ref('type')), 'rest?': ref('type') }),
    shape({ kind: { const: 'map' }, element: ref('type') }),
    shape({
      kind: { const: 'object' },
      properties: listOf(ref('property')),
      'additional?': ref('type'),
      'sealed?': flag,
    }),
    shape({ kind: { const: 'union' }, members: listOf(ref('type')) }),
    shape({
      kind: { const: 'discriminated' },
      property: text,
      variants: listOf(shape({ value: text, type: ref('type') })),
    }),
    shape({ kind: { const: 'literal' }, value: { type: ['string', 'number', 'boolean'] } }),
    shape({ kind: { const: 'reference' }, name: text }, 'One of the types of the interface.'),
    shape({
      kind: { const: 'resource' },
      direction: { enum: ['input', 'output'] },
      resource: text,
      'path?': text,
      'base?': ref('type'),
    }),
    shape({ kind: { const: 'refined' }, type: ref('type'), ...constraints }),
  ],
};

const defaultValue: Schema = {
  description:
    'What takes effect when nothing is given: known, or an expression in the language of the module.',
  oneOf: [shape({ value: anything }), shape({ expression: text })],
};

const moduleInterface = shape({
  'scopes?': listOf(text),
  inputs: listOf(ref('input')),
  outputs: listOf(ref('output')),
  types: listOf(ref('namedType')),
  functions: listOf(ref('function')),
  'variables?': listOf(ref('variable')),
});

const input = shape({
  name: text,
  type: ref('type'),
  typeText: { ...text, description: 'As it is written in the language of the module.' },
  required: { type: 'boolean', description: 'Whether the module cannot be used without giving it.' },
  'default?': ref('default'),
  'description?': text,
  'ephemeral?': flag,
  'deprecated?': text,
  'validations?': {
    ...listOf(shape({ condition: text, 'message?': text })),
    description: 'What can be understood of them is among the limits as well.',
  },
  'nullRefused?': { ...flag, description: 'A validation refuses null, although the type takes it.' },
  'at?': ref('place'),
  ...constraints,
});

const output = shape({
  name: text,
  type: ref('type'),
  'typeText?': text,
  'description?': text,
  'ephemeral?': flag,
  'deprecated?': text,
  'conditions?': listOf(text),
  'at?': ref('place'),
  ...constraints,
});

const namedType = shape({
  name: text,
  type: ref('type'),
  exported: { type: 'boolean' },
  'description?': text,
  'importedFrom?': shape({ source: text, 'name?': text }),
  'at?': ref('place'),
  ...constraints,
});

const moduleFunction = shape({
  name: text,
  parameters: listOf(shape({ name: text, type: ref('type') })),
  returns: ref('type'),
  'value?': ref('default'),
  exported: { type: 'boolean' },
  'description?': text,
  'at?': ref('place'),
});

const moduleVariable = shape({
  name: text,
  'type?': ref('type'),
  'value?': ref('default'),
  'description?': text,
  'at?': ref('place'),
});

const circumstances = {
  'conditional?': flag,
  'repeated?': flag,
  'instances?': { enum: ['count', 'for_each'] },
  'count?': { type: 'integer', minimum: 0, description: 'When it is written out.' },
  'keys?': { ...listOf(text), description: 'Of `for_each`, when they are written out.' },
  'within?': text,
  'at?': ref('place'),
};

const lifecycle = shape({
  'preventDestroy?': flag,
  'createBeforeDestroy?': flag,
  'ignoreChanges?': { oneOf: [{ const: 'all' }, listOf(text)] },
  'replaceTriggeredBy?': listOf(text),
});

const resource = shape({
  address: text,
  type: text,
  'apiVersion?': text,
  'existing?': flag,
  'publicNetworkAccess?': text,
  'networkDefaultAction?': text,
  'lifecycle?': lifecycle,
  'provider?': text,
  'conditions?': listOf(text),
  ...circumstances,
});

const escapeHatchKinds = [
  'provisioner',
  'external-data',
  'deployment-script',
  'local-file',
  'http-data',
  'local-command',
];

const footprint = shape({
  resources: listOf(ref('resource')),
  data: listOf(ref('resource')),
  ephemeral: listOf(ref('resource')),
  modules: listOf(
    shape({ name: text, 'source?': text, 'version?': text, 'providers?': listOf(text), ...circumstances }),
  ),
  providers: listOf(
    shape({
      name: text,
      'source?': text,
      'version?': text,
      'configurationAliases?': listOf(text),
      'configured?': flag,
    }),
  ),
  'requiredVersion?': text,
  roleAssignments: listOf(shape({ address: text, 'within?': text, 'role?': text })),
  escapeHatches: listOf(
    shape({ kind: { enum: escapeHatchKinds }, address: text, 'within?': text, 'at?': ref('place') }),
  ),
  telemetry: listOf(shape({ address: text, 'within?': text, 'prefix?': text, 'version?': text })),
  moves: listOf(shape({ from: text, to: text })),
  removals: listOf(shape({ from: text, destroy: { type: 'boolean' } })),
  imports: listOf(shape({ to: text })),
  checks: listOf(text),
});

const submodule = shape({ path: text, interface: ref('interface'), footprint: ref('footprint') });

/** The shape of a module: what `ashlar inspect --json` prints. It changes together with the number in `model`. */
export const moduleSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Module',
  ...shape(
    {
      model: { const: 1, description: 'The number of this shape.' },
      language: { enum: ['bicep', 'terraform'] },
      class: { enum: ['resource', 'pattern', 'utility', null] },
      'name?': text,
      'description?': text,
      form: { enum: ['source', 'compiled'], description: 'What was read.' },
      interface: ref('interface'),
      footprint: ref('footprint'),
      submodules: listOf(ref('submodule')),
      'internals?': {
        ...listOf(ref('submodule')),
        description:
          'Modules that are called by path, from here or from a submodule, and are not meant to be used by themselves. Not known when missing.',
      },
      examples: listOf(ref('submodule')),
      problems: listOf(shape({ message: text, 'at?': ref('place') })),
    },
    'What users give to a module and get from it, and what it does to the world.',
  ),
  $defs: {
    interface: moduleInterface,
    footprint,
    input,
    output,
    namedType,
    function: moduleFunction,
    variable: moduleVariable,
    type,
    property: shape({
      name: text,
      type: ref('type'),
      required: { type: 'boolean' },
      'default?': ref('default'),
      'description?': text,
      ...constraints,
    }),
    default: defaultValue,
    resource,
    submodule,
    place: shape({
      file: text,
      line: { type: 'integer', minimum: 1 },
      column: { type: 'integer', minimum: 1 },
    }),
  },
};
