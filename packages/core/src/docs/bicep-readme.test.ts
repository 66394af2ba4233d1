import { expect, it } from 'vitest';

import { readModule } from '../module/index.ts';
import type { Input } from '../module/model.ts';
import { moduleOf } from '../module/model.suite.ts';
import { bicepSections } from './bicep-readme.ts';

const main = `
metadata name = 'Vaults'

@description('Required. Name of the vault.')
@maxLength(24)
param name string

@description('Optional. Who may read.')
param readers readerType[]?

@description('Optional. How much.')
@allowed(['Premium', 'Basic'])
param sku string = 'Basic'

@description('Conditional. Required if \`sku\` is Premium.')
@minValue(1)
@maxValue(9)
param copies int = 1

@description('Optional. Rotation.')
param rotation rotationType?

@export()
type readerType = {
  @description('Required. Their id.')
  id: string

  @description('Optional. Their other name.')
  alias: string?
}

@discriminator('kind')
type rotationType = monthlyType | neverType

@description('Every month.')
type monthlyType = {
  @description('Required. Which.')
  kind: 'monthly'
}

type neverType = {
  @description('Required. Which.')
  kind: 'never'
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
}

module endpoint 'br/public:avm/res/network/private-endpoint:0.11.0' = {}

@export()
@description('Doubles it.')
func double(x int) int => x * 2

@description('The id.')
output resourceId string = vault.id
`;

it("has the sections of AVM's modules", () => {
  const { module } = readModule({ paths: ['main.bicep'], textOf: () => main })!;

  expect(
    bicepSections(module)
      .map(({ title, lines }) => `## ${title}\n${lines.join('\n')}`)
      .join('\n'),
  ).toBe(`## Resource Types
| Resource Type | API Version | References |
| :-- | :-- | :-- |
| \`Microsoft.KeyVault/vaults\` | 2024-11-01 | <ul style="padding-left: 0px;"><li>[AzAdvertizer](https://www.azadvertizer.net/azresourcetypes/microsoft.keyvault_vaults.html)</li><li>[Template reference](https://learn.microsoft.com/en-us/azure/templates/Microsoft.KeyVault/2024-11-01/vaults)</li></ul> |
## Parameters
**Required parameters**

| Parameter | Type | Description |
| :-- | :-- | :-- |
| [\`name\`](#parameter-name) | string | Name of the vault. |

**Conditional parameters**

| Parameter | Type | Description |
| :-- | :-- | :-- |
| [\`copies\`](#parameter-copies) | int | Required if \`sku\` is Premium. |

**Optional parameters**

| Parameter | Type | Description |
| :-- | :-- | :-- |
| [\`readers\`](#parameter-readers) | array | Who may read. |
| [\`rotation\`](#parameter-rotation) | object | Rotation. |
| [\`sku\`](#parameter-sku) | string | How much. |

### Parameter: \`name\`

Name of the vault.

- Required: Yes
- Type: string

### Parameter: \`copies\`

Required if \`sku\` is Premium.

- Required: No
- Type: int
- Default: \`1\`
- MinValue: 1
- MaxValue: 9

### Parameter: \`readers\`

Who may read.

- Required: No
- Type: array

**Required parameters**

| Parameter | Type | Description |
| :-- | :-- | :-- |
| [\`id\`](#parameter-readersid) | string | Their id. |

**Optional parameters**

| Parameter | Type | Description |
| :-- | :-- | :-- |
| [\`alias\`](#parameter-readersalias) | string | Their other name. |

### Parameter: \`readers.id\`

Their id.

- Required: Yes
- Type: string

### Parameter: \`readers.alias\`

Their other name.

- Required: No
- Type: string

### Parameter: \`rotation\`

Rotation.

- Required: No
- Type: object
- Discriminator: \`kind\`

<h4>The available variants are:</h4>

| Variant | Description |
| :-- | :-- |
| [\`monthly\`](#variant-rotationkind-monthly) | Every month. |
| [\`never\`](#variant-rotationkind-never) |  |

### Variant: \`rotation.kind-monthly\`
Every month.

To use this variant, set the property \`kind\` to \`monthly\`.

**Required parameters**

| Parameter | Type | Description |
| :-- | :-- | :-- |
| [\`kind\`](#parameter-rotationkind-monthlykind) | string | Which. |

### Parameter: \`rotation.kind-monthly.kind\`

Which.

- Required: Yes
- Type: string
- Allowed:
  \`\`\`Bicep
  [
    'monthly'
  ]
  \`\`\`

### Variant: \`rotation.kind-never\`


To use this variant, set the property \`kind\` to \`never\`.

**Required parameters**

| Parameter | Type | Description |
| :-- | :-- | :-- |
| [\`kind\`](#parameter-rotationkind-neverkind) | string | Which. |

### Parameter: \`rotation.kind-never.kind\`

Which.

- Required: Yes
- Type: string
- Allowed:
  \`\`\`Bicep
  [
    'never'
  ]
  \`\`\`

### Parameter: \`sku\`

How much.

- Required: No
- Type: string
- Default: \`'Basic'\`
- Allowed:
  \`\`\`Bicep
  [
    'Basic'
    'Premium'
  ]
  \`\`\`

## Exported functions
| Function | Description |
| :-- | :-- |
| \`double\` | Doubles it. |
## Outputs
| Output | Type | Description |
| :-- | :-- | :-- |
| \`resourceId\` | string | The id. |
## Cross-referenced modules
This section gives you an overview of all local-referenced module files (i.e., other modules that are referenced in this module) and all remote-referenced files (i.e., Bicep modules that are referenced from a Bicep Registry or Template Specs).

| Reference | Type |
| :-- | :-- |
| \`br/public:avm/res/network/private-endpoint:0.11.0\` | Remote reference |`);
});

it('says what there is none of', () => {
  expect(bicepSections(moduleOf({}))).toEqual(
    ['Resource Types', 'Parameters', 'Outputs'].map((title) => ({ title, lines: ['_None_'] })),
  );
});

it('unfolds types that use each other without end, once and not for ever', () => {
  const names = Array.from({ length: 12 }, (_, index) => `t${index}`);
  const properties = names.map((name) => ({
    name,
    type: { kind: 'reference' as const, name },
    required: true,
  }));
  const types = names.map((name) => ({
    name,
    exported: true,
    type: { kind: 'object' as const, properties },
  }));
  const input: Input = { name: 'x', type: { kind: 'reference', name: 't0' }, typeText: 't0', required: true };

  const { lines } = bicepSections(moduleOf({ inputs: [input], types })).find(
    ({ title }) => title === 'Parameters',
  )!;

  expect(lines.filter((line) => line.startsWith('### '))).toHaveLength(5_000);
});

it('names what other files of the module call, says what tells variants apart, and which other properties may be null', () => {
  const files: Readonly<Record<string, string>> = {
    'main.bicep': `
      param rules ruleType[]
      param limits { *: int? }
      param tags { *: string }
      @discriminator('kind')
      type ruleType = { kind: 'a' } | { kind: 'b' }
      module part 'part/main.bicep' = {}
      module beside '../beside/main.bicep' = {}
    `,
    'part/main.bicep': `
      module near '../near/main.bicep' = {}
      module far 'br/public:avm/res/network/private-endpoint:0.11.0' = {}
    `,
    'near/main.bicep': '',
  };
  const { module } = readModule({ paths: Object.keys(files), textOf: (path) => files[path]! })!;
  const text = bicepSections(module).flatMap(({ lines }) => lines);

  expect(text.filter((line) => line.endsWith(' reference |'))).toEqual([
    '| `../beside/main.bicep` | Local reference |',
    '| `br/public:avm/res/network/private-endpoint:0.11.0` | Remote reference |',
  ]);
  expect(text.slice(text.indexOf('### Parameter: `rules`') + 2).slice(0, 3)).toEqual([
    '- Required: Yes',
    '- Type: array',
    '- Discriminator: `kind`',
  ]);
  const others = text.flatMap((line, at) =>
    line.endsWith('>Any_other_property<`') ? [[line, text[at + 2]]] : [],
  );
  expect(others).toEqual([
    ['### Parameter: `limits.>Any_other_property<`', '- Required: No'],
    ['### Parameter: `tags.>Any_other_property<`', '- Required: Yes'],
  ]);
});
