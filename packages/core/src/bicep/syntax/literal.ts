import type { BooleanLiteral, Expression, IntegerLiteral, NullLiteral, Property } from './node.ts';
import { advance, type Parser, problem, startOf } from './parser.ts';
import * as token from './token.ts';

const largest = 2n ** 64n - 1n;

/** A number of digits of which none is cut. */
export function parseInteger(parser: Parser): IntegerLiteral {
  const start = startOf(parser);
  advance(parser);
  const end = parser.lastEnd;
  return { kind: 'integer', start, end, value: integerOf(parser, start, end) };
}

function integerOf(parser: Parser, start: number, end: number): number | bigint {
  const value = Number(parser.text.slice(start, end));
  if (Number.isSafeInteger(value)) return value;
  // To read digits as a bigint takes more than linear time; nothing that long is allowed.
  const exact = end - start > 40 ? largest + 1n : BigInt(parser.text.slice(start, end));
  if (exact > largest) problem(parser, start, end, 'The number is larger than 64 bits.');
  return exact;
}

/** `true`, `false` or `null` */
export function parseWordLiteral(parser: Parser): BooleanLiteral | NullLiteral {
  const { kind } = parser;
  const start = startOf(parser);
  advance(parser);
  if (kind === token.nullWord) return { kind: 'null', start, end: parser.lastEnd };
  return { kind: 'boolean', start, end: parser.lastEnd, value: kind === token.trueWord };
}

export type LiteralValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly LiteralValue[]
  | { readonly [name: string]: LiteralValue };

/** The value of an expression that needs no evaluation; undefined for every other. */
export function literalValue(expression: Expression): LiteralValue | undefined {
  switch (expression.kind) {
    case 'string':
      return expression.expressions.length === 0 ? expression.segments[0] : undefined;
    case 'integer':
    case 'boolean':
      return expression.value;
    case 'null':
      return null;
    case 'unary':
      return negativeValue(expression.operator, literalValue(expression.operand));
    case 'array':
      return all(expression.items.map((item) => (item.kind === 'spread' ? undefined : literalValue(item))));
    case 'object':
      return objectValue(expression.members);
    default:
      return undefined;
  }
}

function negativeValue(operator: string, value: LiteralValue | undefined): LiteralValue | undefined {
  return operator === '-' && (typeof value === 'number' || typeof value === 'bigint') ? -value : undefined;
}

function objectValue(members: readonly { readonly kind: string }[]): LiteralValue | undefined {
  const entries: [string, LiteralValue][] = [];
  for (const member of members) {
    if (!isProperty(member)) return undefined;
    const name = member.key.kind === 'identifier' ? member.key.name : literalValue(member.key);
    const value = literalValue(member.value);
    if (typeof name !== 'string' || value === undefined) return undefined;
    entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

function isProperty(member: { readonly kind: string }): member is Property {
  return member.kind === 'property';
}

function all<Value>(values: readonly (Value | undefined)[]): readonly Value[] | undefined {
  return values.every((value) => value !== undefined) ? values : undefined;
}
