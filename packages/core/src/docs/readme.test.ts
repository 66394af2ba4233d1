import { describe, expect, it } from 'vitest';

import { readModule } from '../module/index.ts';
import type { Module } from '../module/model.ts';
import { moduleSections, updateReadme } from './readme.ts';

const terraform = moduleIn('main.tf', 'output "id" {\n  value = 1\n}\n');
const bicep = moduleIn('main.bicep', "metadata name = 'A_b'\nparam roleAssignments array\n");

function moduleIn(path: string, text: string): Module {
  return readModule({ paths: [path], textOf: () => text })!.module;
}

const block = (module: Module, mark: string) =>
  `<!-- BEGIN_${mark}_DOCS -->\n${moduleSections(module)}\n<!-- END_${mark}_DOCS -->`;

describe('a README', () => {
  it.each<[string, string | undefined, Module, string]>([
    ['that is not there', undefined, terraform, `# net\n\n${block(terraform, 'TF')}\n`],
    [
      'that is not there, of a module with a name',
      undefined,
      bicep,
      `# A\\_b\n\n${block(bicep, 'ASHLAR')}\n`,
    ],
    ['that is empty', '', terraform, `${block(terraform, 'TF')}\n`],
    ['without marks', '# Mine\n\nText.\n', terraform, `# Mine\n\nText.\n\n${block(terraform, 'TF')}\n`],
    [
      'with marks',
      '# Mine\n<!-- BEGIN_TF_DOCS -->\nold\n<!-- END_TF_DOCS -->\nafter',
      terraform,
      `# Mine\n${block(terraform, 'TF')}\nafter`,
    ],
    [
      'with lines that end as in Windows',
      '# Mine\r\n',
      terraform,
      `# Mine\n\n${block(terraform, 'TF')}\n`.replaceAll('\n', '\r\n'),
    ],
    [
      'with a mark that nothing ends',
      'a <!-- BEGIN_TF_DOCS --> b',
      terraform,
      `a <!-- BEGIN_TF_DOCS --> b\n\n${block(terraform, 'TF')}\n`,
    ],
  ])('%s', (_, before, module, expected) => {
    expect(updateReadme(before, module, 'net')).toBe(expected);
  });

  it.each([
    ['blanks around its marks', '# Mine\n  <!-- BEGIN_TF_DOCS --> \nold\n\t<!-- END_TF_DOCS -->\t\nafter\n'],
    [
      'lines that end as in Windows',
      '# Mine\r\n<!-- BEGIN_TF_DOCS -->\r\nold\r\n<!-- END_TF_DOCS -->  \r\nafter\r\n',
    ],
  ])('keeps what stands outside of %s', (_, before) => {
    const after = updateReadme(before, terraform, 'net');

    expect(after.replaceAll('\r\n', '\n')).toBe(`# Mine\n${block(terraform, 'TF')}\nafter\n`);
    expect(updateReadme(after, terraform, 'net')).toBe(after);
  });

  const [begin, end] = ['<!-- BEGIN_TF_DOCS -->', '<!-- END_TF_DOCS -->'];
  it.each([
    ['a begin alone', `# Mine\n${begin}\nmine\n`, `line 2, ${begin} has no ${end} behind it`],
    ['an end alone', `# Mine\n\n${end}\nmine\n`, `line 3, ${end} has no ${begin} before it`],
    ['an end before a begin', `${end}\nmine\n${begin}\n`, `line 1, ${end} has no ${begin} before it`],
    ['two begins', `${begin}\nmine\n${begin}\n${end}\n`, `line 3, ${begin} stands there again`],
    ['two ends', `${begin}\n${end}\nmine\n${end}\n`, `line 4, ${end} stands there again`],
    ['two pairs', `${begin}\n${end}\nmine\n${begin} \n${end}\n`, `line 4, ${begin} stands there again`],
  ])('with %s is refused, with the line', (_, before, words) => {
    expect(() => updateReadme(before, terraform, 'net', { path: 'net/README.md' })).toThrow(
      `in net/README.md, ${words}`,
    );
  });

  it('of the form of AVM with an end alone is refused as well', () => {
    const before = '# Things `[A/b]`\n\n<!-- END_ASHLAR_DOCS -->\n';

    expect(() => updateReadme(before, bicep, 'x')).toThrow('in README.md, line 3, ');
  });

  it('keeps its block when the module or its header speaks of the marks', () => {
    const module = moduleIn('main.bicep', "param p string = '''\n<!-- END_ASHLAR_DOCS -->\n'''\n");
    const frame = { header: `About\n${begin}\n${end}\n` };
    for (const [text, each] of [
      [updateReadme(undefined, module, 'net'), module],
      [updateReadme('', terraform, 'net', frame), terraform],
    ] as const) {
      expect(updateReadme(text, each, 'net', each === module ? {} : frame)).toBe(text);
    }
  });

  it('has between its marks what stands in the header and the footer of the module', () => {
    const frame = { header: '# Net\r\n', footer: '## Data Collection\n' };
    const after = updateReadme(undefined, terraform, 'net', frame);

    const content = `# Net\n\n${moduleSections(terraform)}\n\n## Data Collection`;
    expect(after).toBe(`<!-- BEGIN_TF_DOCS -->\n${content}\n<!-- END_TF_DOCS -->\n`);
    expect(updateReadme(after, terraform, 'net', frame)).toBe(after);
  });

  it.each([undefined, '', '# Mine\r\n\r\nText', 'a <!-- BEGIN_TF_DOCS --> b', '## Parameters\n\nmine\n'])(
    'stays as it is the second time: %j',
    (before) => {
      for (const module of [terraform, bicep]) {
        const once = updateReadme(before, module, 'net');
        expect(updateReadme(once, module, 'net')).toBe(once);
      }
    },
  );
});

describe("a README of the form of AVM's modules", () => {
  const before = `# Things \`[A/b]\`

About.

## Parameters

**Optional parameters**

### Parameter: \`roleAssignments\`

- Required: No
- Type: array
- Roles configurable by name:
  - \`'Owner'\`
- Example:
  \`\`\`Bicep
  [
    {}
  ]
  \`\`\`

## Usage examples

\`\`\`md
## Parameters
\`\`\`

## Mine

Kept.

## Notes

Kept too.
`;

  it('gets its sections in their order, and keeps everything else, also what only its author knows', () => {
    const after = updateReadme(before, bicep, 'x');

    expect(after).toBe(`# Things \`[A/b]\`

About.

## Resource Types

_None_

## Usage examples

\`\`\`md
## Parameters
\`\`\`

## Mine

Kept.

## Parameters

**Required parameters**

| Parameter | Type | Description |
| :-- | :-- | :-- |
| [\`roleAssignments\`](#parameter-roleassignments) | array |  |

### Parameter: \`roleAssignments\`

- Required: Yes
- Type: array
- Roles configurable by name:
  - \`'Owner'\`
- Example:
  \`\`\`Bicep
  [
    {}
  ]
  \`\`\`

## Outputs

_None_

## Notes

Kept too.
`);
    expect(updateReadme(after, bicep, 'x')).toBe(after);
  });
});

it('holds nothing that steers a terminal', () => {
  const text = "@description('x\\u{1b}[2J\\u{202e}')\nparam a string\n";
  const { module } = readModule({ paths: ['main.bicep'], textOf: () => text })!;

  expect(moduleSections(module)).toContain('| x\u{fffd}[2J\u{fffd} |');
});
