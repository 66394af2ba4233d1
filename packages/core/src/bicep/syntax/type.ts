import { parseDecorators } from './decorator.ts';
import { parseExpression, parseKey, parseStringLiteral } from './expression.ts';
import { parseArguments, parseElements } from './list.ts';
import { parseInteger, parseWordLiteral } from './literal.ts';
import type {
  AdditionalProperties,
  GenericType,
  Identifier,
  ObjectType,
  ParenthesizedType,
  PropertyType,
  ResourceType,
  TupleItem,
  TupleType,
  Type,
} from './node.ts';
import {
  accept,
  advance,
  descend,
  expect,
  fail,
  isNext,
  isWord,
  missing,
  type Parser,
  parseIdentifier,
  skipNewline,
  startOf,
  takeIdentifier,
  wrap,
} from './parser.ts';
import { isString } from './string.ts';
import * as token from './token.ts';

/** The type of a parameter, output and the like, which can be that of a resource. */
export function parseDeclaredType(parser: Parser, isOutput: boolean): Type {
  if (!isWord(parser, 'resource') || parser.kinds[parser.at + 1] === token.less) return parseType(parser);
  return parseResourceType(parser, isOutput);
}

function parseResourceType(parser: Parser, isOutput: boolean): ResourceType {
  const start = startOf(parser);
  advance(parser);
  const type =
    isOutput && !isString(parser)
      ? undefined
      : parseStringLiteral(parser, 'the type of a resource in quotes');
  return { kind: 'resource-type', start, end: parser.lastEnd, type };
}

function parseType(parser: Parser): Type {
  if (!descend(parser)) return missing(parser);
  const node = isNext(parser, token.pipe) ? parseUnion(parser, []) : parseUnionOrType(parser);
  parser.depth--;
  return node;
}

function parseUnionOrType(parser: Parser): Type {
  const first = parseSuffixed(parser);
  return isNext(parser, token.pipe) ? parseUnion(parser, [first]) : first;
}

/** From a `|` on, which may begin a line. */
function parseUnion(parser: Parser, members: Type[]): Type {
  let start = members[0]?.start;
  while (isNext(parser, token.pipe)) {
    skipNewline(parser);
    start ??= startOf(parser);
    advance(parser);
    members.push(parseSuffixed(parser));
  }
  return { kind: 'union-type', start: start ?? parser.lastEnd, end: parser.lastEnd, members };
}

/** A type with `?` and `!` behind it. */
function parseSuffixed(parser: Parser): Type {
  const { deepest } = parser;
  parser.deepest = parser.depth;
  let type = parseUnary(parser);
  const { start } = type;
  while (parser.kind === token.question || parser.kind === token.exclamation) {
    if (!wrap(parser)) break;
    const kind = parser.kind === token.question ? 'nullable-type' : 'non-null-type';
    advance(parser);
    type = { kind, start, end: parser.lastEnd, type };
  }
  if (deepest > parser.deepest) parser.deepest = deepest;
  return type;
}

function parseUnary(parser: Parser): Type {
  const { kind } = parser;
  if (kind !== token.minus && kind !== token.exclamation) return parseMember(parser);
  const start = startOf(parser);
  advance(parser);
  const operand = parseMember(parser);
  const operator = kind === token.minus ? '-' : '!';
  return { kind: 'unary-type', start, end: parser.lastEnd, operator, operand };
}

function parseMember(parser: Parser): Type {
  let base = parsePrimary(parser);
  while (parser.kind === token.dot || parser.kind === token.leftSquare) {
    if (!wrap(parser)) break;
    base = parser.kind === token.dot ? parseDot(parser, base) : parseBrackets(parser, base);
  }
  return base;
}

function parseDot(parser: Parser, base: Type): Type {
  const { start } = base;
  advance(parser);
  if (accept(parser, token.asterisk)) {
    return { kind: 'additional-properties-type', start, end: parser.lastEnd, base };
  }
  const name = parseIdentifier(parser, 'the name of a property or "*"');
  if (parser.kind === token.less) return parseGeneric(parser, base, name);
  return { kind: 'member-type', start, end: parser.lastEnd, base, name };
}

function parseBrackets(parser: Parser, base: Type): Type {
  const { start } = base;
  advance(parser);
  if (accept(parser, token.rightSquare))
    return { kind: 'array-type', start, end: parser.lastEnd, item: base };
  if (accept(parser, token.asterisk)) {
    expect(parser, token.rightSquare, '"]"');
    return { kind: 'item-type', start, end: parser.lastEnd, base };
  }
  const index = parseExpression(parser);
  expect(parser, token.rightSquare, '"]"');
  return { kind: 'index-type', start, end: parser.lastEnd, base, index };
}

function parseGeneric(parser: Parser, base: Type | undefined, name: Identifier): GenericType {
  advance(parser);
  const values = parseArguments(parser, token.greater, parseType);
  expect(parser, token.greater, '">"');
  const { start } = base ?? name;
  return { kind: 'generic-type', start, end: parser.lastEnd, base, name, arguments: values };
}

function parsePrimary(parser: Parser): Type {
  switch (parser.kind) {
    case token.identifier:
      return parseName(parser);
    case token.stringWhole:
    case token.stringLeft:
      return parseStringLiteral(parser, 'a string');
    case token.leftBrace:
      return parseObjectType(parser);
    case token.leftSquare:
      return parseTuple(parser);
    case token.leftParen:
      return parseParentheses(parser);
    case token.integer:
      return parseInteger(parser);
    case token.trueWord:
    case token.falseWord:
    case token.nullWord:
      return parseWordLiteral(parser);
    default:
      fail(parser, 'Expected a type.');
      return missing(parser);
  }
}

function parseName(parser: Parser): Type {
  const { kind: _, start, end, name } = takeIdentifier(parser);
  if (parser.kind !== token.less) return { kind: 'named-type', start, end, name };
  return parseGeneric(parser, undefined, { kind: 'identifier', start, end, name });
}

function parseParentheses(parser: Parser): ParenthesizedType {
  const start = startOf(parser);
  advance(parser);
  const type = parseType(parser);
  expect(parser, token.rightParen, '")"');
  return { kind: 'parenthesized-type', start, end: parser.lastEnd, type };
}

function parseObjectType(parser: Parser): ObjectType {
  const start = startOf(parser);
  advance(parser);
  const members = parseElements(parser, token.rightBrace, parsePropertyType);
  expect(parser, token.rightBrace, '"}"');
  return { kind: 'object-type', start, end: parser.lastEnd, members };
}

function parsePropertyType(parser: Parser): PropertyType | AdditionalProperties {
  const decorators = parseDecorators(parser);
  const first = decorators[0];
  const own = startOf(parser);
  if (accept(parser, token.asterisk)) {
    const type = parseTypeBehindColon(parser);
    const start = first?.start ?? own;
    return { kind: 'additional-properties', start, end: parser.lastEnd, decorators, type };
  }
  const key = parseKey(parser);
  const type = parseTypeBehindColon(parser);
  const { start } = first ?? key;
  return { kind: 'property-type', start, end: parser.lastEnd, decorators, key, type };
}

function parseTypeBehindColon(parser: Parser): Type {
  expect(parser, token.colon, '":"');
  return parseType(parser);
}

function parseTuple(parser: Parser): TupleType {
  const start = startOf(parser);
  advance(parser);
  const items = parseElements(parser, token.rightSquare, parseTupleItem);
  expect(parser, token.rightSquare, '"]"');
  return { kind: 'tuple-type', start, end: parser.lastEnd, items };
}

function parseTupleItem(parser: Parser): TupleItem {
  const decorators = parseDecorators(parser);
  const type = parseType(parser);
  const { start } = decorators[0] ?? type;
  return { kind: 'tuple-item', start, end: parser.lastEnd, decorators, type };
}
