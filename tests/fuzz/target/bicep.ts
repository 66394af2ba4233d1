import { parseBicep, parseBicepParameters, readModule, readTemplateText } from '@ashlar/core';
import fc from 'fast-check';

import { type AnyTarget, target } from '../target.ts';
import { expectSound, texts, timed } from './syntax.ts';

const tokens =
  "a b_1 param var type output resource module func import extension using for in if existing null true 1 99999999999999999999 ' ''' ${ $''' @ @sys. { } [ ] ( ) = == =~ => , . ... * ? ?. ?? : :: ! | || && - + / < > << // /* */ # \\u{1F600} \\n"
    .split(' ')
    .concat([' ', '\n', '\r\n', '\r', '\t', '\u0000', '\u{FEFF}', '\u{D800}']);

const file = `metadata name = 'x'
import { a, b as c } from 'br/public:avm/x:1.0.0'
@export()
@discriminator('kind')
type t = { kind: 'a', *: string[] } | { kind: 'b', n: ('x' | 'y')?, r: resourceInput<'A/b@2024-01-01'>.properties[*] }
@description('One.')
@minLength(3)
param p t[]? = [for (i, n) in range(0, 3): { ...d, e: i.?f![^1] ?? '\${g}' }]
resource r 'A/b@2024-01-01' = if (p != null) {
  name: '''x'''
  resource s 'c' existing = [for x in y: if (true) { name: map(z, (q) => q) }]
}
func f(a int) string => a > 1 ? 'b' : -c()
output o string = r::s.id
`;

const schemas = fc.letrec((tie) => {
  const inner = fc.oneof(
    { maxDepth: 4, depthIdentifier: 'schema' },
    fc.constant({ type: 'string' }),
    tie('schema'),
  );
  return {
    schema: fc.record(
      {
        type: fc.oneof(
          fc.constantFrom('string', 'object', 'array', 'secureObject', 'int', 'bool'),
          fc.anything({ maxDepth: 1 }),
        ),
        $ref: fc.constantFrom('#/definitions/a', '#/definitions/b', '#/definitions/%', '~1'),
        nullable: fc.boolean(),
        items: inner,
        prefixItems: fc.array(inner, { maxLength: 2 }),
        properties: fc.dictionary(fc.string(), inner, { maxKeys: 3 }),
        additionalProperties: fc.oneof(inner, fc.boolean()),
        discriminator: fc.record({
          propertyName: fc.string(),
          mapping: fc.dictionary(fc.string(), inner, { maxKeys: 2 }),
        }),
        allowedValues: fc.array(fc.anything({ maxDepth: 1 }), { maxLength: 3 }),
        defaultValue: fc.anything({ maxDepth: 2 }),
        metadata: fc.anything({ maxDepth: 2 }),
      },
      { requiredKeys: [] },
    ),
  };
}).schema;

/** Templates whose parts are mostly what they should be. */
const templates = fc
  .record(
    {
      $schema: fc.constant('https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'),
      parameters: fc.dictionary(fc.string(), schemas),
      definitions: fc.record({ a: schemas, b: schemas }),
      outputs: fc.dictionary(fc.string(), schemas),
      resources: fc.oneof(fc.array(fc.object()), fc.object(), fc.anything()),
      functions: fc.anything(),
      metadata: fc.anything(),
    },
    { requiredKeys: ['$schema'] },
  )
  .map((template) =>
    JSON.stringify(template, (_, value: unknown) => (typeof value === 'bigint' ? 1 : value)),
  );

export const bicepTargets: readonly AnyTarget[] = [
  target({
    name: 'bicep',
    inputs: texts(tokens, file),
    check(text: string) {
      expectSound(timed(text, () => parseBicep(text)));
      expectSound(timed(text, () => parseBicepParameters(text)));
    },
  }),
  target({
    name: 'bicep-module',
    inputs: texts(tokens, file),
    check(text: string) {
      timed(text, () => readModule({ paths: ['main.bicep'], textOf: () => text }));
    },
  }),
  target({
    name: 'compiled-module',
    inputs: templates,
    check(text: string) {
      const module = timed(text, () => readTemplateText(text, null));
      if (module === undefined) throw new Error('it is not taken for a template');
      JSON.stringify(module);
    },
  }),
];
