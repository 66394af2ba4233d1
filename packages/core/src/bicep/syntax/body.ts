import { failBehind, parseDecorators } from './decorator.ts';
import {
  parseCondition,
  parseLoop,
  parseObject,
  type ParseNested,
  parseStringLiteral,
} from './expression.ts';
import type { Body, Decorator, IfBody, Missing, ObjectLiteral, ResourceStatement } from './node.ts';
import {
  advance,
  descend,
  expect,
  fail,
  isWord,
  isWordAt,
  missing,
  type Parser,
  parseIdentifier,
  recover,
  skipNewline,
  startOf,
} from './parser.ts';
import * as token from './token.ts';

/** Where a declaration goes on when a part before its body is missing: its body often takes many lines. */
export const headEnds = token.tokenSet(
  token.stringWhole,
  token.stringLeft,
  token.assignment,
  token.leftBrace,
  token.newline,
);
const conditionEnds = token.tokenSet(token.leftBrace, token.rightSquare, token.newline);

/** `resource name 'type' existing = body`, at its word. */
export function parseResource(
  parser: Parser,
  start: number,
  decorators: readonly Decorator[],
): ResourceStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of the resource');
  recover(parser, headEnds);
  const type = parseStringLiteral(parser, 'the type of the resource in quotes');
  recover(parser, headEnds);
  const existing = isWord(parser, 'existing');
  if (existing) advance(parser);
  expectAssignment(parser);
  const body = parseBody(parser, parseNested);
  return { kind: 'resource', start, end: parser.lastEnd, decorators, name, type, existing, body };
}

/** The equals sign before a body. */
export function expectAssignment(parser: Parser): void {
  expect(parser, token.assignment, '"="');
  recover(parser, headEnds);
}

/** A resource in the body of another; `resource` can also be the name of a property. */
function parseNested(parser: Parser): ResourceStatement | Missing | undefined {
  const isDeclaration = isWord(parser, 'resource') && parser.kinds[parser.at + 1] === token.identifier;
  if (!isDeclaration && parser.kind !== token.at) return undefined;
  if (!descend(parser)) return missing(parser);
  const node = parseNestedResource(parser);
  parser.depth--;
  return node;
}

function parseNestedResource(parser: Parser): ResourceStatement | Missing {
  const start = startOf(parser);
  const decorators = parseDecorators(parser);
  if (isWord(parser, 'resource')) return parseResource(parser, start, decorators);
  failBehind(parser, decorators, 'Expected a resource behind the decorator.');
  return missing(parser);
}

/** The body of a resource, or without `nested` of a module. A condition may begin a line. */
export function parseBody(parser: Parser, nested: ParseNested | undefined): Body {
  if (parser.kind === token.newline && isWordAt(parser, parser.at + 1, 'if')) skipNewline(parser);
  if (parser.kind !== token.leftSquare) return parseObjectOrIf(parser, nested, '"{", "[" or "if"');
  return parseLoop(parser, (each) => parseObjectOrIf(each, nested, '"{" or "if"'));
}

function parseObjectOrIf(
  parser: Parser,
  nested: ParseNested | undefined,
  what: string,
): ObjectLiteral | IfBody | Missing {
  return isWord(parser, 'if') ? parseIf(parser, nested) : parseObjectBody(parser, nested, what);
}

function parseIf(parser: Parser, nested: ParseNested | undefined): IfBody {
  const start = startOf(parser);
  advance(parser);
  const condition = parseCondition(parser);
  recover(parser, conditionEnds);
  const body = parseObjectBody(parser, nested, '"{"');
  return { kind: 'if', start, end: parser.lastEnd, condition, body };
}

/** @param what completes "Expected …" */
export function parseObjectBody(
  parser: Parser,
  nested: ParseNested | undefined,
  what: string,
): ObjectLiteral | Missing {
  if (parser.kind === token.leftBrace) return parseObject(parser, nested);
  fail(parser, `Expected ${what}.`);
  return missing(parser);
}

/** `with { … }`, where it stands. */
export function parseWith(parser: Parser): ObjectLiteral | Missing | undefined {
  if (!isWord(parser, 'with')) return undefined;
  advance(parser);
  return parseObjectBody(parser, undefined, '"{"');
}
