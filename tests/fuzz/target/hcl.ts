import {
  bodyOfJson,
  type Hcl,
  hclLiteralValue as literalValue,
  parseHcl,
  parseHclJson,
  parseTypeConstraint,
  readModule,
} from '@ashlar/core';

import { type AnyTarget, target } from '../target.ts';
import { expectSound, texts, timed } from './syntax.ts';

const hclTokens =
  'a b_é for if in else endif endfor null true 1 2.5e3 " ${ %{ $${ } { [ ] ( ) = == => , . ... * [*] .* ~ } - ! && || ? : :: <<X <<-X X # // /* */ \\ \\u12 \\n'
    .split(' ')
    .concat([' ', '\n', '\r\n', '\r', '\t', '\u0000', '\u{FEFF}', '\u{D800}', '<<X\n', '\nX\n', '\n  X\n']);
const jsonTokens =
  '{ } [ ] , : " \\ \\u00e9 \\" true null 1 -2e3 "a" "//" "${ "${b}" %{ ~} "resource" "variable" "type":'
    .split(' ')
    .concat([' ', '\n', '\u0000', '\u{D800}']);

const hclFile = `variable "x" {
  type = object({ a = optional(list(string), ["b"]), c = tuple([any, number]) }) # d
  default = { a = [-1.5, "e\\n\${f.*.g[0]}"], "h" : null }
  description = <<-EOT
    One \${i ~}
      %{ for j, k in l }two%{ else }%{ endfor }
  EOT
}
m "n" o { p = [for q, r in s : t => u... if !v && w] }
`;
const jsonFile = `{"//": 1, "variable": {"a": {"type": "list(string)", "default": ["b \${c[\\"d\\"]} \\u00e9", -1]}}, "resource": [{"e": {"f": [{}]}}]}`;

/** What is made of attributes must not throw either. */
function readAttributes({ items }: Hcl.Body): void {
  for (const item of items) {
    if (item.kind === 'block') readAttributes(item.body);
    if (item.kind !== 'attribute') continue;
    literalValue(item.value);
    parseTypeConstraint(item.value);
  }
}

const schema: Hcl.BodySchema = {
  blocks: {
    variable: { labels: 1, body: { blocks: {} } },
    resource: { labels: 2, body: { blocks: {} } },
  },
};

export const hclTargets: readonly AnyTarget[] = [
  target({
    name: 'hcl',
    inputs: texts(hclTokens, hclFile),
    check(text: string) {
      const tree = timed(text, () => parseHcl(text));
      expectSound(tree);
      readAttributes(tree.root);
    },
  }),
  target({
    name: 'terraform-module',
    inputs: texts(hclTokens, hclFile),
    check(text: string) {
      timed(text, () => readModule({ paths: ['main.tf'], textOf: () => text }));
    },
  }),
  target({
    name: 'hcl-json',
    inputs: texts(jsonTokens, jsonFile),
    check(text: string) {
      const tree = timed(text, () => parseHclJson(text));
      expectSound(tree);
      readAttributes(timed(text, () => bodyOfJson(tree, schema)).root);
    },
  }),
];
