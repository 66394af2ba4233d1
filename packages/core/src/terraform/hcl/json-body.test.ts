import { describe, expect, it } from 'vitest';

import type { SyntaxNode } from '../../syntax/index.ts';
import { type BodyItem, type BodySchema, bodyOfJson, parseHcl, parseHclJson } from './index.ts';

const nothing: BodySchema = { blocks: {} };
const schema: BodySchema = {
  blocks: {
    terraform: { labels: 0, body: { blocks: { backend: { labels: 1, body: nothing } } } },
    variable: { labels: 1, body: { blocks: { validation: { labels: 0, body: nothing } } } },
    resource: { labels: 2, body: nothing },
  },
};

/** A tree without places and without what only one of the syntaxes has. */
function meaning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name]) => !['start', 'end', 'form', 'quoted'].includes(name),
  );
  return Object.fromEntries(entries.map(([name, inner]) => [name, meaning(inner)]));
}

function read(text: string) {
  return bodyOfJson(parseHclJson(text), schema);
}

describe('a body written as JSON', () => {
  it.each<[string, string, string]>([
    ['arguments', '{"a": 1, "b": [true, null, -2.5], "c": "d"}', 'a = 1\nb = [true, null, -2.5]\nc = "d"'],
    ['templates', '{"a": "${b}", "c": "d ${e[\\"f\\"]} $${g}"}', 'a = "${b}"\nc = "d ${e["f"]} $${g}"'],
    ['objects', '{"a": {"b": "c", "x ${d}": 1}}', 'a = {"b" = "c", "x ${d}" = 1}'],
    ['a block', '{"terraform": {"a": 1}}', 'terraform {\n a = 1\n}'],
    ['blocks', '{"terraform": [{"a": 1}, {}]}', 'terraform {\n a = 1\n}\nterraform {}'],
    ['no block', '{"terraform": null, "resource": {"a": {"b": null}}}', ''],
    ['a body of several objects', '[{"a": 1}, {"b": 2}]', 'a = 1\nb = 2'],
    ['comments', '{"//": "a", "terraform": {"//": {"b": 1}}}', 'terraform {}'],
    [
      'labels',
      '{"resource": {"a": {"b": {"c": 1}, "d": {}}}}',
      'resource "a" "b" {\n c = 1\n}\nresource "a" "d" {}',
    ],
    [
      'labels in lists',
      '{"resource": [{"a": [{"b": [{"c": 1}, {"c": 2}]}]}, {"a": {"d": {}}}]}',
      'resource "a" "b" {\n c = 1\n}\nresource "a" "b" {\n c = 2\n}\nresource "a" "d" {}',
    ],
    [
      'properties that repeat',
      '{"variable": {"a": {}}, "variable": {"b": {}}}',
      'variable "a" {}\nvariable "b" {}',
    ],
    [
      'blocks in blocks',
      '{"variable": {"a": {"type": "string", "validation": [{"condition": "${b}"}]}}}',
      'variable "a" {\n type = "string"\n validation {\n condition = "${b}"\n }\n}',
    ],
  ])('means the same: %s', (_, json, native) => {
    const tree = read(json);
    expect(tree.problems).toEqual([]);
    expect(meaning(tree.root)).toEqual(meaning(parseHcl(native).root));
  });

  it('has its places in the text of the file, also behind escapes', () => {
    const text = '{"a\\u0062": "\\n\\u00e9 ${f(\\"x\\") /* c */}!", "resource": {"r": {"s": {"t": "u"}}}}';
    const { root, comments, problems } = read(text);
    const shown: string[] = [];
    const show = (node: SyntaxNode) => shown.push(`${node.kind} ${text.slice(node.start, node.end)}`);
    const [argument, block] = root.items as [BodyItem & { kind: 'attribute' }, BodyItem & { kind: 'block' }];
    [argument, argument.name, argument.value].forEach(show);
    if (argument.value.kind === 'template') {
      argument.value.parts.forEach(show);
      const [, interpolation] = argument.value.parts;
      if (interpolation?.kind === 'interpolation' && interpolation.value.kind === 'call')
        [interpolation.value, ...interpolation.value.args].forEach(show);
    }
    [block, block.type, ...block.labels, block.body, ...block.body.items].forEach(show);

    expect(problems).toEqual([]);
    expect(comments.map(({ start, end }) => text.slice(start, end))).toEqual(['/* c */']);
    expect(shown).toEqual([
      'attribute "a\\u0062": "\\n\\u00e9 ${f(\\"x\\") /* c */}!"',
      'identifier "a\\u0062"',
      'template "\\n\\u00e9 ${f(\\"x\\") /* c */}!"',
      'literal \\n\\u00e9 ',
      'interpolation ${f(\\"x\\") /* c */}',
      'literal !',
      'call f(\\"x\\")',
      'string \\"x\\"',
      'block {"t": "u"}',
      'identifier "resource"',
      'label "r"',
      'label "s"',
      'body {"t": "u"}',
      'attribute "t": "u"',
    ]);
  });

  it.each<[string, string[]]>([
    ['{"a": 1, "a": 2}', ['"a": the argument "a" was set before']],
    ['{"a": "${b"}', ['${: this is never closed: "}" is missing']],
    ['{"a": "\\n${b c}"}', ['c: expected "}" (a "${" that is meant as text is written "$${"), not "c"']],
    ['1', ['1: expected an object with arguments and blocks']],
    ['[[]]', ['[]: expected an object with arguments and blocks']],
    ['{"terraform": 1}', ['1: expected an object, or a list of objects, that are blocks "terraform"']],
    ['{"terraform": [1]}', ['1: expected an object with arguments and blocks of "terraform"']],
    [
      '{"resource": {"a": 1}}',
      [
        '1: expected an object with labels of "resource"',
        '1: a block "resource" needs a label, the name of a property here',
      ],
    ],
    ['{"variable": {}}', ['{}: a block "variable" needs a label, the name of a property here']],
    ['{"a": }', ['}: expected a value, not "}"']],
  ])('tells what does not fit: %s', (text, expected) => {
    const { problems } = read(text);
    expect(problems.map(({ start, end, message }) => `${text.slice(start, end)}: ${message}`)).toEqual(
      expected,
    );
  });
});
