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
  ];

it.each(cases)('a source and its template: %s', (_, source, template, differences) => {
  const read = readSource((path) => (path === 'main.bicep' ? source : undefined), 'main.bicep', null)!;

  expect(compareTwins(read, readCompiled({ ...template }, null))).toEqual(differences);
});
