import { expect, it } from 'vitest';

import { readCompiled } from './compiled/read.ts';
import { readSource } from './source/read.ts';
import { compareTwins } from './twins.ts';

const vault = { type: 'Microsoft.KeyVault/vaults', apiVersion: '2024-11-01', name: 'v' };
const vaultSource = "resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = { name: 'v' }";

const cases: readonly (readonly [title: string, source: string, template: object, differences: string[]])[] =
  [
    [
      'the same',
      `param a string\noutput b string = a\n@export()\ntype c = int\n${vaultSource}`,
      {
        parameters: { a: { type: 'string' } },
        outputs: { b: { type: 'string' } },
        definitions: { c: { type: 'int', metadata: { '__bicep_export!': true } } },
        resources: [{ ...vault, type: 'microsoft.keyvault/Vaults' }],
      },
      [],
    ],
    [
      'an input that the template lacks, another that the source lacks, one that may be left out',
      "param a string\nparam c string = ''",
      { parameters: { b: { type: 'string' }, c: { type: 'string' } } },
      [
        'the input a is in the source and not in the template',
        'the input c is "optional" in the source and "required" in the template',
        'the input b is in the template and not in the source',
      ],
    ],
    [
      'an imported type, of which only the template knows whether it may be null',
      "import { t } from 'br/public:x/y:1.0'\nparam a t",
      {
        definitions: { t: { type: 'string', nullable: true } },
        parameters: { a: { $ref: '#/definitions/t' } },
      },
      [],
    ],
    [
      'outputs and types',
      "output a string = ''\n@export()\ntype t = int",
      { definitions: { t: { type: 'int' } } },
      [
        'the output a is in the source and not in the template',
        'the exported type t is in the source and not in the template',
      ],
    ],
    [
      'another version of an API, and one more resource of a type',
      vaultSource,
      { resources: [{ ...vault, apiVersion: '2023-07-01' }, vault, { ...vault, name: 'w' }] },
      [
        'the resource microsoft.keyvault/vaults@2024-11-01 is "1" in the source and "2" in the template',
        'the resource microsoft.keyvault/vaults@2023-07-01 is in the template and not in the source',
      ],
    ],
    [
      'types, limits, secrets, defaults and descriptions',
      [
        "@description('A.')\n@maxLength(3)\nparam a string = 'x'",
        '@secure()\nparam b string',
        "@allowed(['x', 'y'])\nparam c string",
        'param d { e: int, f: string? }',
        'output g string = a',
      ].join('\n'),
      {
        parameters: {
          a: { type: 'string', defaultValue: 'y', maxLength: 4, metadata: { description: 'B.' } },
          b: { type: 'string' },
          c: { type: 'string', allowedValues: ['x'] },
          d: { type: 'object', properties: { e: { type: 'string' } } },
        },
        outputs: { g: { type: 'int' } },
      },
      [
        'the range of inputs.a is {"maxLength":3} in the source and {"maxLength":4} in the template',
        'the default of inputs.a is "x" in the source and "y" in the template',
        'the description of inputs.a is A. in the source and B. in the template',
        'the secrecy of inputs.b is true in the source and false in the template',
        'what is allowed for inputs.c is ["x","y"] in the source and ["x"] in the template',
        'the type of inputs.d.e is int in the source and string in the template',
        'what is said about inputs.d.f is {"name":"f","type":"string","required":false,"nullable":true} in the source and nothing in the template',
        'the type of outputs.g is string in the source and int in the template',
      ],
    ],
    [
      'expressions, parts of resources, and what a registry has',
      [
        "import { t } from 'br/public:x/y:1.0'",
        "param a string = '${1}'",
        "param b resourceInput<'A/b@1'>.properties.c",
        'param c { d: t, e: t.f }[]',
        'param g t',
        '@export()\nfunc h(i t) string => i',
      ].join('\n'),
      {
        definitions: {
          t: {
            type: 'object',
            nullable: true,
            properties: { f: { type: 'int', nullable: true } },
            metadata: {
              description: 'T.',
              '__bicep_imported_from!': { sourceTemplate: 'br:mcr.microsoft.com/bicep/x/y:1.0' },
            },
          },
        },
        parameters: {
          a: { type: 'string', defaultValue: "[format('{0}', 1)]" },
          b: {
            type: 'string',
            metadata: { '__bicep_resource_derived_type!': { source: 'A/b@1#properties/c' } },
          },
          c: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                d: { $ref: '#/definitions/t' },
                e: { $ref: '#/definitions/t/properties/f' },
              },
            },
          },
          g: { $ref: '#/definitions/t' },
        },
        functions: [
          {
            namespace: '__bicep',
            members: {
              h: {
                parameters: [{ name: 'i', $ref: '#/definitions/t' }],
                output: { type: 'string' },
                metadata: { '__bicep_export!': true },
              },
            },
          },
        ],
      },
      [],
    ],
    [
      'scopes, functions, variables, and versions',
      [
        "targetScope = 'subscription'",
        "import { t } from 'br/public:x/y:1.0'",
        'param a t',
        '@export()\nfunc f(a string) string => a',
        '@export()\nvar v = [1]',
        '@export()\nvar w = 1',
        "module m 'br/public:avm/res/key-vault/vault:0.9.0' = {\n}",
      ].join('\n'),
      {
        $schema: 'https://schema.management.azure.com/schemas/2019-08-01/deploymentTemplate.json#',
        metadata: { '__bicep_exported_variables!': [{ name: 'v' }] },
        variables: { v: [2] },
        definitions: {
          t: {
            type: 'object',
            metadata: { '__bicep_imported_from!': { sourceTemplate: 'br:mcr.microsoft.com/bicep/x/y:1.1' } },
          },
        },
        parameters: { a: { $ref: '#/definitions/t' } },
        functions: [
          {
            namespace: '__bicep',
            members: {
              f: {
                parameters: [{ name: 'a', type: 'int' }],
                output: { type: 'string' },
                metadata: { '__bicep_export!': true },
              },
            },
          },
        ],
        resources: {
          m: {
            type: 'Microsoft.Resources/deployments',
            properties: {
              expressionEvaluationOptions: { scope: 'inner' },
              template: {
                resources: {
                  telemetry: {
                    type: 'Microsoft.Resources/deployments',
                    name: "[take(format('46d3xbcp.res.keyvault-vault.{0}.{1}', replace('0.10.0', '.', '-'), 1), 64)]",
                  },
                },
              },
            },
          },
        },
      },
      [
        'the scope of deployment is "subscription" in the source and "resourceGroup" in the template',
        'the exported variable w is in the source and not in the template',
        'the imported type t is "1.0" in the source and "1.1" in the template',
        'the module m is "0.9.0" in the source and "0.10.0" in the template',
        'what is said about functions.f is (string) → string in the source and (int) → string in the template',
        'the value of variables.v is [1] in the source and [2] in the template',
      ],
    ],
    [
      'what is only read, and what a module makes',
      "resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = { name: 'v' }\nmodule m 'm.bicep' = { name: 'm' }",
      {
        resources: [
          {
            type: 'Microsoft.Resources/deployments',
            apiVersion: '2025-04-01',
            name: 'm',
            properties: { expressionEvaluationOptions: { scope: 'inner' }, template: { resources: [vault] } },
          },
        ],
      },
      [],
    ],
    [
      'arrays that are allowed, and an array of such',
      "param a ['x', 'y'] | ['z']\nparam b (['x'] | ['y'])[]\nparam c ['x'] | ['y']",
      {
        parameters: {
          a: { type: 'array', allowedValues: [['x', 'y'], ['z']] },
          b: { type: 'array', allowedValues: [['x'], ['y']] },
          c: { type: 'array', allowedValues: [['x']] },
        },
      },
      ['what is allowed for inputs.c is [["x"],["y"]] in the source and [["x"]] in the template'],
    ],
    [
      'a deployment that is written as a resource',
      `resource d 'Microsoft.Resources/deployments@2025-04-01' = {
  name: 'd'
  properties: { templateLink: { id: spec.id } }
}`,
      {
        resources: [
          {
            type: 'Microsoft.Resources/deployments',
            apiVersion: '2025-04-01',
            name: 'd',
            properties: { templateLink: { id: "[resourceId('Microsoft.Resources/templateSpecs', 's')]" } },
          },
        ],
      },
      [],
    ],
  ];

it.each(cases)('a source and its template: %s', (_, source, template, differences) => {
  const read = readSource((path) => (path === 'main.bicep' ? source : undefined), 'main.bicep', null)!;

  const found = compareTwins(read, readCompiled({ ...template }, null));

  expect(found.map(({ message }) => message)).toEqual(differences);
});

it('a difference has its place in the source, unless only the template knows it', () => {
  const source = "param a string\n\n  param b string = 'x'\n@export()\ntype c = { d: int }";
  const template = {
    parameters: { b: { type: 'string', defaultValue: 'y' }, e: { type: 'string' } },
    definitions: {
      c: {
        type: 'object',
        properties: { d: { type: 'string' } },
        metadata: { '__bicep_export!': true },
      },
    },
  };
  const read = readSource((path) => (path === 'main.bicep' ? source : undefined), 'main.bicep', null)!;

  expect(
    compareTwins(read, readCompiled(template, null)).map(({ at }) => at && [at.line, at.column]),
  ).toEqual([[1, 7], undefined, [3, 9], [5, 6]]);
});
