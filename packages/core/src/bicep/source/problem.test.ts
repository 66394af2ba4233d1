import { expect, it } from 'vitest';

import { readSource } from './read.ts';

const cases: readonly (readonly [title: string, source: string, problems: readonly string[]])[] = [
  [
    'names of one kind, twice',
    "param a string\nparam a int\noutput b string = ''\noutput b string = ''",
    ['2:7 a is declared twice, first on line 1.', '4:8 b is declared twice, first on line 3.'],
  ],
  [
    'names of several kinds, which share one set',
    "var a = 1\ntype a = int\nfunc a() int => 1\nmodule a './sub/a.bicep' = {\n}\nimport { a } from './sub/a.bicep'",
    [
      '2:6 a is declared twice, first on line 1.',
      '3:6 a is declared twice, first on line 1.',
      '4:8 a is declared twice, first on line 1.',
      '6:10 a is declared twice, first on line 1.',
    ],
  ],
  ['an output is called as what it gives', 'param a string\noutput a string = a', []],
  [
    'types that are not there',
    'param a lokType\nparam b { c: lokType[] }\nparam d sys.string\nparam e nowhere.lock?',
    ['1:9 There is no type lokType.', '2:14 There is no type lokType.', '4:9 There is no type nowhere.'],
  ],
  ['types of an extension', "extension 'kubernetes@1.0.0' as k8s\nparam a k8s.core", []],
  [
    'files that are not there',
    "import { a } from 'types.bicep'\nmodule b './sub/b.bicep' = {\n}\nmodule c '../c.bicep' = {\n}\nmodule d 'br/public:d:1.0' = {\n}\nmodule e 'e.json' = {\n}",
    ['1:19 There is no file types.bicep.', '2:10 There is no file ./sub/b.bicep.'],
  ],
];

it.each(cases)('%s', (_, source, problems) => {
  const hasFile = (path: string) => ['main.bicep', 'sub/a.bicep'].includes(path);
  const module = readSource(
    (path) => (path === 'main.bicep' ? source : undefined),
    'main.bicep',
    null,
    hasFile,
  )!;

  expect(module.problems.map(({ message, at }) => `${at!.line}:${at!.column} ${message}`)).toEqual(problems);
});

it('no file is missing where nobody knows which there are', () => {
  const source = "import { a } from 'types.bicep'\nparam b a";

  expect(
    readSource((path) => (path === 'main.bicep' ? source : undefined), 'main.bicep', null)!.problems,
  ).toEqual([]);
});
