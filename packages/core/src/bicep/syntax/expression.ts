import { parseArguments, parseElements, parseParenthesesItems } from './list.ts';
import { parseInteger, parseWordLiteral } from './literal.ts';
import type {
  ArrayLiteral,
  BinaryOperator,
  Call,
  Expression,
  ForLoop,
  Identifier,
  IfBody,
  Lambda,
  Missing,
  ObjectLiteral,
  Parenthesized,
  Property,
  ResourceStatement,
  Spread,
  StringLiteral,
} from './node.ts';
import {
  accept,
  advance,
  descend,
  expect,
  expectWord,
  fail,
  isNext,
  isWordAt,
  missing,
  type Parser,
  parseIdentifier,
  problem,
  recover,
  skipNewline,
  startOf,
  takeIdentifier,
  wrap,
} from './parser.ts';
import { isString, parseString } from './string.ts';
import * as token from './token.ts';

/** Parses the declaration of a nested resource, where one begins; only the body of a resource has them. */
export type ParseNested = (parser: Parser) => ResourceStatement | Missing | undefined;

const loopEnds = token.tokenSet(token.rightSquare, token.newline);

/** Words that begin a statement: behind a line break they are not the body of a lambda that is not written yet. */
const statementWords = [
  'assert',
  'import',
  'metadata',
  'module',
  'output',
  'param',
  'resource',
  'type',
  'var',
] as const;

export function parseExpression(parser: Parser): Expression {
  return parseConditional(parser, true);
}

/** In the hole of a string stand neither arrays nor objects. */
function parseSimpleExpression(parser: Parser): Expression {
  return parseConditional(parser, false);
}

/** A string, at its beginning. */
export function parseStringHere(parser: Parser): StringLiteral {
  return parseString(parser, parseSimpleExpression);
}

/** A string, if the current token is one. @param what completes "Expected …" */
export function parseStringLiteral(parser: Parser, what: string): StringLiteral | Missing {
  if (isString(parser)) return parseStringHere(parser);
  fail(parser, `Expected ${what}.`);
  return missing(parser);
}

/** `complex` says whether arrays and objects are allowed. */
function parseConditional(parser: Parser, complex: boolean): Expression {
  if (!descend(parser)) return missing(parser);
  const condition = parseBinary(parser, complex, 0);
  const node = isNext(parser, token.question) ? parseBranches(parser, complex, condition) : condition;
  parser.depth--;
  return node;
}

function parseBranches(parser: Parser, complex: boolean, condition: Expression): Expression {
  skipNewline(parser);
  advance(parser);
  const whenTrue = parseConditional(parser, complex);
  if (isNext(parser, token.colon)) skipNewline(parser);
  expect(parser, token.colon, '":"');
  const whenFalse = parseConditional(parser, complex);
  return { kind: 'conditional', start: condition.start, end: parser.lastEnd, condition, whenTrue, whenFalse };
}

function parseBinary(parser: Parser, complex: boolean, precedence: number): Expression {
  const { deepest } = parser;
  parser.deepest = parser.depth;
  let left = parseUnary(parser, complex);
  for (;;) {
    const binding = token.precedence[parser.kind]!;
    if (binding <= precedence || !wrap(parser) || !descend(parser)) break;
    const start = startOf(parser);
    advance(parser);
    const operator = parser.text.slice(start, parser.lastEnd) as BinaryOperator;
    const right = parseBinary(parser, complex, binding);
    parser.depth--;
    left = { kind: 'binary', start: left.start, end: parser.lastEnd, operator, left, right };
  }
  if (deepest > parser.deepest) parser.deepest = deepest;
  return left;
}

function parseUnary(parser: Parser, complex: boolean): Expression {
  const { kind } = parser;
  if (kind !== token.minus && kind !== token.exclamation) return parseMember(parser, complex);
  const start = startOf(parser);
  advance(parser);
  const operator = kind === token.minus ? '-' : '!';
  const operand = parseMember(parser, complex);
  return { kind: 'unary', start, end: parser.lastEnd, operator, operand };
}

function parseMember(parser: Parser, complex: boolean): Expression {
  let base = parsePrimary(parser, complex);
  for (;;) {
    switch (parser.kind) {
      case token.dot:
        if (!wrap(parser)) return base;
        base = parseDot(parser, complex, base);
        break;
      case token.leftSquare:
        if (!wrap(parser)) return base;
        base = parseIndex(parser, complex, base);
        break;
      case token.doubleColon: {
        if (!wrap(parser)) return base;
        advance(parser);
        const name = parseIdentifier(parser, 'the name of a resource');
        base = { kind: 'nested-resource', start: base.start, end: parser.lastEnd, base, name };
        break;
      }
      case token.exclamation:
        if (!wrap(parser)) return base;
        advance(parser);
        base = { kind: 'non-null', start: base.start, end: parser.lastEnd, expression: base };
        break;
      default:
        return base;
    }
  }
}

function parseDot(parser: Parser, complex: boolean, base: Expression): Expression {
  advance(parser);
  const question = startOf(parser);
  const safe = accept(parser, token.question);
  const name = parseIdentifier(parser, 'the name of a property or function');
  if (parser.kind !== token.leftParen) {
    return { kind: 'member', start: base.start, end: parser.lastEnd, base, name, safe };
  }
  if (safe) problem(parser, question, question + 1, 'Expected no "?" before the name of a function.');
  return parseCall(parser, complex, base, name);
}

function parseIndex(parser: Parser, complex: boolean, base: Expression): Expression {
  advance(parser);
  const safe = accept(parser, token.question);
  const fromEnd = accept(parser, token.hat);
  const index = parseConditional(parser, complex);
  expect(parser, token.rightSquare, '"]"');
  return { kind: 'index', start: base.start, end: parser.lastEnd, base, index, safe, fromEnd };
}

/** The arguments of a call, at their opening parenthesis. */
export function parseCall(
  parser: Parser,
  complex: boolean,
  base: Expression | undefined,
  name: Identifier,
): Call {
  advance(parser);
  const values = parseArguments(parser, token.rightParen, complex ? parseExpression : parseSimpleExpression);
  expect(parser, token.rightParen, '")"');
  const { start } = base ?? name;
  return { kind: 'call', start, end: parser.lastEnd, base, name, arguments: values };
}

function parsePrimary(parser: Parser, complex: boolean): Expression {
  switch (parser.kind) {
    case token.identifier:
      return parseName(parser, complex);
    case token.stringWhole:
    case token.stringLeft:
      return parseString(parser, parseSimpleExpression);
    case token.integer:
      return parseInteger(parser);
    case token.trueWord:
    case token.falseWord:
    case token.nullWord:
      return parseWordLiteral(parser);
    case token.leftParen:
      return parseParentheses(parser, complex);
    case token.leftBrace:
      if (complex) return parseObject(parser, undefined);
      fail(parser, 'Expected no object in a string.');
      return missing(parser);
    case token.leftSquare:
      if (complex) return parseArrayOrLoop(parser);
      fail(parser, 'Expected no array in a string.');
      return missing(parser);
    default:
      fail(parser, 'Expected an expression.');
      return missing(parser);
  }
}

function parseName(parser: Parser, complex: boolean): Expression {
  const start = startOf(parser);
  const next = parser.kinds[parser.at + 1];
  if (next === token.leftParen) return parseCall(parser, complex, undefined, takeIdentifier(parser));
  if (next === token.arrow) return parseLambda(parser, start, [takeIdentifier(parser)]);
  advance(parser);
  return { kind: 'variable', start, end: parser.lastEnd, name: parser.text.slice(start, parser.lastEnd) };
}

/** From its arrow on. */
function parseLambda(parser: Parser, start: number, parameters: readonly Identifier[]): Lambda {
  const body = parseLambdaBody(parser);
  return { kind: 'lambda', start, end: parser.lastEnd, parameters, body };
}

/** An arrow and what stands behind it, also on the next line. */
export function parseLambdaBody(parser: Parser): Expression {
  expect(parser, token.arrow, '"=>"');
  if (!statementWords.some((word) => isWordAt(parser, parser.at + 1, word))) skipNewline(parser);
  return parseExpression(parser);
}

/** `(expression)` or `(a, b) => body`: which one is known behind the closing parenthesis. */
function parseParentheses(parser: Parser, complex: boolean): Parenthesized | Lambda {
  const start = startOf(parser);
  advance(parser);
  const { at } = parser;
  const items = parseParenthesesItems(parser, complex ? parseExpression : parseSimpleExpression);
  const behind = parser.kinds[parser.at - 1];
  expect(parser, token.rightParen, '")"');
  if (parser.kind === token.arrow) {
    return parseLambda(
      parser,
      start,
      items.map((item) => parameterOf(parser, item)),
    );
  }
  const end = parser.lastEnd;
  const expression = items[0] ?? { kind: 'missing', start: start + 1, end: start + 1 };
  // Lines and commas are for the parameters of a lambda only.
  const isOne =
    items.length === 1 &&
    parser.kinds[at] !== token.newline &&
    behind !== token.newline &&
    behind !== token.comma;
  if (!isOne) {
    problem(parser, start, end, 'Expected one expression in parentheses, on one line.');
  }
  return { kind: 'parenthesized', start, end, expression };
}

function parameterOf(parser: Parser, item: Expression): Identifier {
  const { kind, start, end } = item;
  if (kind === 'variable') return { kind: 'identifier', start, end, name: item.name };
  if (kind !== 'missing') problem(parser, start, end, 'Expected the name of a parameter.');
  return { kind: 'identifier', start, end: start, name: '' };
}

function parseArrayOrLoop(parser: Parser): ArrayLiteral | ForLoop {
  const next = parser.kinds[parser.at + 1] === token.newline ? parser.at + 2 : parser.at + 1;
  if (isWordAt(parser, next, 'for')) return parseLoop(parser, parseExpression);
  const start = startOf(parser);
  advance(parser);
  const items = parseElements(parser, token.rightSquare, parseItem);
  expect(parser, token.rightSquare, '"]"');
  return { kind: 'array', start, end: parser.lastEnd, items };
}

function parseItem(parser: Parser): Expression | Spread {
  return parser.kind === token.ellipsis ? parseSpread(parser) : parseExpression(parser);
}

function parseSpread(parser: Parser): Spread {
  const start = startOf(parser);
  advance(parser);
  const expression = parseExpression(parser);
  return { kind: 'spread', start, end: parser.lastEnd, expression };
}

/** `[for …]`, at its bracket. */
export function parseLoop(parser: Parser, parseBody: (parser: Parser) => Expression | IfBody): ForLoop {
  const start = startOf(parser);
  advance(parser);
  skipNewline(parser);
  expectWord(parser, 'for');
  const inParentheses = accept(parser, token.leftParen);
  const item = parseIdentifier(parser, 'the name of the item');
  let index: Identifier | undefined;
  if (inParentheses) {
    expect(parser, token.comma, '","');
    index = parseIdentifier(parser, 'the name of the index');
    expect(parser, token.rightParen, '")"');
  }
  expectWord(parser, 'in');
  const collection = parseExpression(parser);
  expect(parser, token.colon, '":"');
  const body = parseBody(parser);
  recover(parser, loopEnds);
  skipNewline(parser);
  expect(parser, token.rightSquare, '"]"');
  return { kind: 'for', start, end: parser.lastEnd, item, index, collection, body };
}

/** `{ … }`; with `parseNested` it is the body of a resource. */
export function parseObject(parser: Parser, parseNested: ParseNested | undefined): ObjectLiteral {
  const start = startOf(parser);
  advance(parser);
  const members = parseElements(
    parser,
    token.rightBrace,
    parseNested === undefined ? parseProperty : (each) => parseNested(each) ?? parseProperty(each),
  );
  expect(parser, token.rightBrace, '"}"');
  return { kind: 'object', start, end: parser.lastEnd, members };
}

function parseProperty(parser: Parser): Property | Spread {
  if (parser.kind === token.ellipsis) return parseSpread(parser);
  const key = parseKey(parser);
  expect(parser, token.colon, '":"');
  const value = parseExpression(parser);
  return { kind: 'property', start: key.start, end: parser.lastEnd, key, value };
}

/** The name of a property, of an object or of its type. */
export function parseKey(parser: Parser): Identifier | StringLiteral {
  if (isString(parser)) return parseStringHere(parser);
  return parseIdentifier(parser, 'the name of a property');
}

/** A condition, at its parenthesis. */
export function parseCondition(parser: Parser): Parenthesized | Missing {
  if (parser.kind === token.leftParen) {
    const node = parseParentheses(parser, true);
    if (node.kind === 'parenthesized') return node;
    problem(parser, node.start, node.end, 'Expected a condition in parentheses.');
    return { kind: 'missing', start: node.start, end: node.start };
  }
  fail(parser, 'Expected "(".');
  return missing(parser);
}
