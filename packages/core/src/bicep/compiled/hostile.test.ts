import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../../tests/support/processor-time.ts';
import { readCompiled } from './read.ts';

type Template = Readonly<Record<string, unknown>>;

/** The words of templates, so that what is random looks like one. */
const words = [
  '$schema',
  'definitions',
  'parameters',
  'outputs',
  'functions',
  'resources',
  'metadata',
  'imports',
  'extensions',
  'type',
  '$ref',
  'items',
  'prefixItems',
  'properties',
  'additionalProperties',
  'discriminator',
  'mapping',
  'propertyName',
  'nullable',
  'allowedValues',
  'defaultValue',
  'namespace',
  'members',
  'output',
  'name',
  'apiVersion',
  'template',
  'expressionEvaluationOptions',
  'scope',
  '__bicep_resource_derived_type!',
  '__bicep_exported_variables!',
  '__bicep_imported_from!',
  '__proto__',
  'constructor',
  'toString',
  'a',
] as const;
const values = [
  'object',
  'array',
  'string',
  'Microsoft.Resources/deployments',
  'Microsoft.Authorization/roleAssignments',
  'inner',
  '#/definitions/a',
  '#/definitions/__proto__',
  '#/definitions/%E0%A4',
  '[x]',
  '[[x',
  'https://x/constructordeploymentTemplate.json#',
  '',
];

const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 6, depthSize: 'large', withCrossShrink: true },
    fc.constantFrom<unknown>(...values, null, true, false, 0, -1, 1e308),
    fc.array(tie('json'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom(...words), tie('json')), { maxLength: 8 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));

const template = fc
  .record({
    definitions: json,
    parameters: json,
    outputs: json,
    functions: json,
    resources: json,
    metadata: json,
    extensions: json,
  })
  // As it comes over the wire, names like __proto__ included.
  .map((made) => JSON.parse(JSON.stringify(made)) as Template);

const repeat = (count: number, make: (index: number) => [string, unknown]) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => make(index)));
const reference = (name: string | number) => ({ $ref: `#/definitions/${name}` });

function deep(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let made: unknown = { type: 'string' };
  for (let level = 0; level < levels; level++) made = wrap(made);
  return made;
}

const tooDeep = 'The template is nested more than 250 levels deep; what lies deeper is not read.';
const module = (template_: unknown) => ({
  m: {
    type: 'Microsoft.Resources/deployments',
    properties: { expressionEvaluationOptions: { scope: 'inner' }, template: { resources: template_ } },
  },
});

const cases: readonly (readonly [title: string, Template, problems: readonly string[]])[] = [
  ['100,000 definitions', { definitions: repeat(100_000, (index) => [`t${index}`, { type: 'string' }]) }, []],
  [
    'a chain of 30,000 references, used by as many',
    {
      definitions: repeat(30_000, (index) => [`${index}`, reference(index + 1)]),
      parameters: repeat(30_000, (index) => [`${index}`, reference(index)]),
    },
    [],
  ],
  [
    'a circle of references',
    { definitions: { a: reference('b'), b: reference('a') }, parameters: { p: reference('a') } },
    [],
  ],
  [
    'parts of types that use each other twice each',
    {
      definitions: repeat(200, (index) => [
        `t${index}`,
        {
          properties: {
            a: {
              type: 'object',
              properties: {
                x: reference(`t${index + 1}/properties/a`),
                y: reference(`t${index + 1}/properties/a`),
              },
            },
          },
        },
      ]),
      parameters: { p: reference('t0/properties/a') },
    },
    [tooDeep],
  ],
  ['arrays of arrays', { parameters: { p: deep(50_000, (items) => ({ type: 'array', items })) } }, [tooDeep]],
  [
    'objects of objects',
    { outputs: { p: deep(50_000, (a) => ({ type: 'object', properties: { a } })) } },
    [tooDeep],
  ],
  ['modules of modules', { resources: deep(50_000, module) }, [tooDeep]],
  [
    'children of children',
    { resources: deep(50_000, (child) => [{ type: 'a', name: 'b', resources: child }]) },
    [tooDeep],
  ],
  [
    'allowed values and names that are no text',
    {
      parameters: { p: { type: 'string', allowedValues: [{ toString: 1 }, deep(50_000, (a) => [a])] } },
      resources: [{ type: 1, name: { toString: 1, valueOf: 1 } }, null, 7],
      functions: [{ namespace: { toString: 1 }, members: { f: 1 } }],
    },
    [],
  ],
  [
    'a long name that begins like telemetry again and again',
    {
      resources: [{ type: 'Microsoft.Resources/deployments', name: '46d3xbcp.res.46d3xbcp-'.repeat(50_000) }],
    },
    [],
  ],
  ['a long schema', { $schema: '/deploymentTemplate'.repeat(50_000) }, []],
];

describe('a template that means harm', () => {
  it.each(cases)('%s', (_, made, problems) => {
    const taken = processorTime();
    const read = readCompiled(made, null);

    expect(read.problems.map(({ message }) => message)).toEqual(problems);
    expect(taken()).toBeLessThan(5_000);
  });

  it('is read, whatever it is, to something that is JSON', () => {
    fc.assert(
      fc.property(template, (made) => {
        const read = readCompiled(made, null);

        expect(JSON.parse(JSON.stringify(read))).toEqual(read);
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not reach what all objects have', () => {
    const text =
      '{"definitions":{"__proto__":{"nullable":true}},"parameters":{"__proto__":{"$ref":"#/definitions/__proto__"}}}';
    const { inputs, types } = readCompiled(JSON.parse(text) as Template, null).interface;

    expect(inputs).toEqual([
      {
        name: '__proto__',
        type: { kind: 'reference', name: '__proto__' },
        typeText: '__proto__',
        required: false,
      },
    ]);
    expect(types).toEqual([{ name: '__proto__', type: 'any', exported: false, nullable: true }]);
    expect(({} as Template)['nullable']).toBeUndefined();
  });
});
