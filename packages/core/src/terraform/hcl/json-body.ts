import { limits } from '../../limit/index.ts';
import type { Comment, SourceRange, SyntaxProblem, SyntaxTree } from '../../syntax/index.ts';
import { embedded } from './embedded.ts';
import type { JsonMember, JsonString, JsonValue } from './json-node.ts';
import { placesOf } from './json-syntax.ts';
import type { Attribute, Block, Body, BodyItem, Expression, Identifier, Label } from './node.ts';
import { parseHclTemplate } from './parse.ts';

/** Which properties of a JSON object are blocks; all others are arguments. */
export interface BodySchema {
  readonly blocks: Readonly<Record<string, BlockSchema>>;
  /** Arguments that are never evaluated: `${` in their texts is a text. */
  readonly constants?: readonly string[];
}

export interface BlockSchema {
  /** How many labels a block of this type has; each is a level of objects. */
  readonly labels: number;
  readonly body: BodySchema;
}

interface Reading {
  readonly text: string;
  readonly comments: Comment[];
  readonly problems: SyntaxProblem[];
}

/**
 * What a JSON file says, in the nodes of the native syntax. Strings are templates, and what is interpolated in them has its
 * exact place, also behind escapes. A name has the place of its property with the quotes; a block that of the object that is
 * its body. Blocks below the same property share its name, and labels stand outside of their block: such a tree is for
 * reading, and is not printed.
 */
export function bodyOfJson(
  { text, root, problems }: SyntaxTree<JsonValue>,
  schema: BodySchema,
): SyntaxTree<Body> {
  const reading: Reading = { text, comments: [], problems: [...problems] };
  const items = itemsOf(reading, propertiesOf(reading, root, 'arguments and blocks'), schema);
  const order = (a: SourceRange, b: SourceRange) => a.start - b.start;
  return {
    text,
    root: { kind: 'body', start: 0, end: text.length, items },
    comments: reading.comments.sort(order),
    problems: reading.problems.sort(order),
  };
}

function complain({ problems }: Reading, { start, end }: SourceRange, message: string): void {
  if (problems.length < limits.syntaxProblems.value) problems.push({ start, end, message });
}

/** The properties of an object, or of the objects of a list one after another. */
function propertiesOf(reading: Reading, value: JsonValue, what: string): readonly JsonMember[] {
  if (value.kind === 'json-object') return value.members;
  if (value.kind === 'json-array')
    return value.items.flatMap((item) =>
      item.kind === 'json-array' ? misfit(reading, item, what) : propertiesOf(reading, item, what),
    );
  if (value.kind === 'json-null' || value.kind === 'missing') return [];
  return misfit(reading, value, what);
}

function misfit(reading: Reading, value: JsonValue, what: string): [] {
  complain(reading, value, `expected an object with ${what}`);
  return [];
}

function itemsOf(reading: Reading, members: readonly JsonMember[], schema: BodySchema): BodyItem[] {
  const items: BodyItem[] = [];
  const names = new Set<string>();
  for (const { name, value } of members) {
    const type = name.value;
    const block = Object.hasOwn(schema.blocks, type) ? schema.blocks[type] : undefined;
    if (block !== undefined) addBlocks(reading, identifierOf(name), [], value, block, items);
    else if (type !== '//') {
      if (names.has(type)) complain(reading, name, `the argument "${type}" was set before`);
      names.add(type);
      items.push(
        attributeOf(reading, name, value, schema.constants?.includes(type) ? literalOf : templateOf),
      );
    }
  }
  return items;
}

const identifierOf = ({ start, end, value }: JsonString): Identifier => ({
  kind: 'identifier',
  start,
  end,
  name: value,
});

/** What a string says: a template, or itself. */
type StringReader = (reading: Reading, json: JsonString) => Expression;

function attributeOf(reading: Reading, name: JsonString, json: JsonValue, text: StringReader): Attribute {
  const value = expressionOf(reading, json, text);
  return { kind: 'attribute', start: name.start, end: value.end, name: identifierOf(name), value };
}

/** Adds the blocks that a value stands for: below its labels an object is one block, a list is several. */
function addBlocks(
  reading: Reading,
  type: Identifier,
  labels: readonly Label[],
  value: JsonValue,
  schema: BlockSchema,
  items: BodyItem[],
): void {
  if (labels.length < schema.labels) {
    const members = propertiesOf(reading, value, `labels of "${type.name}"`);
    if (members.length === 0 && value.kind !== 'missing')
      complain(reading, value, `a block "${type.name}" needs a label, the name of a property here`);
    for (const { name, value: inner } of members)
      addBlocks(reading, type, [...labels, labelOf(name)], inner, schema, items);
  } else if (value.kind === 'json-array') {
    for (const item of value.items) items.push(blockOf(reading, type, labels, item, schema));
  } else if (value.kind === 'json-object') items.push(blockOf(reading, type, labels, value, schema));
  else if (value.kind !== 'json-null' && value.kind !== 'missing')
    complain(reading, value, `expected an object, or a list of objects, that are blocks "${type.name}"`);
}

const labelOf = ({ start, end, value }: JsonString): Label => ({
  kind: 'label',
  start,
  end,
  quoted: true,
  value,
});

function blockOf(
  reading: Reading,
  type: Identifier,
  labels: readonly Label[],
  value: JsonValue,
  schema: BlockSchema,
): Block {
  const { start, end } = value;
  const members = propertiesOf(reading, value, `arguments and blocks of "${type.name}"`);
  const body: Body = { kind: 'body', start, end, items: itemsOf(reading, members, schema.body) };
  return { kind: 'block', start, end, type, labels, body };
}

function expressionOf(reading: Reading, json: JsonValue, text: StringReader): Expression {
  const { start, end } = json;
  switch (json.kind) {
    case 'json-object':
      return {
        kind: 'object',
        start,
        end,
        items: json.members.map(({ name, value, ...place }) => ({
          kind: 'object-item',
          start: place.start,
          end: place.end,
          key: text(reading, name),
          value: expressionOf(reading, value, text),
        })),
      };
    case 'json-array':
      return {
        kind: 'tuple',
        start,
        end,
        items: json.items.map((item) => expressionOf(reading, item, text)),
      };
    case 'json-string':
      return text(reading, json);
    case 'json-number':
      return numberOf(json);
    case 'json-boolean':
      return { kind: 'boolean', start, end, value: json.value };
    case 'json-null':
      return { kind: 'null', start, end };
    case 'missing':
      return json;
  }
}

/** A number as the native syntax has it, where the sign is an operator. */
function numberOf({ start, end, text }: { start: number; end: number; text: string }): Expression {
  if (!text.startsWith('-')) return { kind: 'number', start, end, text, value: Number(text) };
  const operand = numberOf({ start: start + 1, end, text: text.slice(1) });
  return { kind: 'unary', start, end, operator: '-', operand };
}

function literalOf(_: Reading, { start, end, value }: JsonString): Expression {
  return { kind: 'string', start, end, form: 'json', value };
}

function templateOf(reading: Reading, json: JsonString): Expression {
  const { start, end, value } = json;
  if (!/[$%]\{/.test(value)) return literalOf(reading, json);
  const { root, comments, problems } = embedded(parseHclTemplate(value), placesOf(reading.text, json));
  reading.comments.push(...comments);
  for (const problem of problems) complain(reading, problem, problem.message);
  return { ...root, start, end };
}
