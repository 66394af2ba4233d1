import {
  bodyOfJson,
  type Hcl,
  hclLiteralValue as literalValue,
  parseHcl,
  parseHclJson,
  parseTypeConstraint,
  type SyntaxNode,
  type SyntaxTree,
} from '@ashlar/core';
import fc from 'fast-check';

import { brokenPromises } from '../../../packages/core/src/syntax/soundness.ts';
import { type AnyTarget, target } from '../target.ts';

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

/** Texts of tokens, valid ones with a part exchanged, and tokens that repeat for a long time. */
function texts(tokens: readonly string[], valid: string): fc.Arbitrary<string> {
  const token = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...tokens) },
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  const some = (maxLength: number) => fc.array(token, { maxLength }).map((parts) => parts.join(''));
  const place = fc.nat({ max: valid.length });
  return fc.oneof(
    some(40),
    fc
      .tuple(place, fc.nat({ max: 20 }), some(3))
      .map(([start, length, instead]) => valid.slice(0, start) + instead + valid.slice(start + length)),
    fc
      .tuple(some(2), some(4), fc.nat({ max: 5_000 }), some(2))
      .map(([first, part, times, last]) => first + part.repeat(times) + last),
  );
}

/** @throws when parsing takes longer than is promised: 100 ms for 10 KB, and as much for what is shorter */
function timed<Result>(text: string, parse: () => Result): Result {
  const allowed = 100 * Math.max(1, text.length / 10_000);
  // Whatever else the machine does takes time too, so that one in three tries is enough.
  for (let tries = 1; ; tries++) {
    const started = performance.now();
    const result = parse();
    const took = performance.now() - started;
    if (took <= allowed) return result;
    if (tries === 3) throw new Error(`${took} ms for ${text.length} characters`);
  }
}

function expectSound(tree: SyntaxTree<SyntaxNode>): void {
  const broken = brokenPromises(tree);
  if (broken.length > 0) throw new Error(broken.join('; '));
}

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
    name: 'hcl-json',
    inputs: texts(jsonTokens, jsonFile),
    check(text: string) {
      const tree = timed(text, () => parseHclJson(text));
      expectSound(tree);
      readAttributes(timed(text, () => bodyOfJson(tree, schema)).root);
    },
  }),
];
