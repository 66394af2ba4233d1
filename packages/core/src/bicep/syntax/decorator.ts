import { parseCall } from './expression.ts';
import type { Call, Decorator, Expression } from './node.ts';
import {
  fail,
  failAt,
  type Parser,
  parseIdentifier,
  problem,
  recover,
  skipNewline,
  startOf,
  advance,
  wrap,
} from './parser.ts';
import * as token from './token.ts';

const none: readonly never[] = [];
const lineEnd = token.tokenSet(token.newline);

/** The decorators before something, each on a line of its own. */
export function parseDecorators(parser: Parser): readonly Decorator[] {
  if (parser.kind !== token.at) return none;
  const decorators: Decorator[] = [];
  while (parser.kind === token.at) {
    decorators.push(parseDecorator(parser));
    expectLineEnd(parser);
    skipNewline(parser);
  }
  return decorators;
}

/** Reports that nothing follows decorators that could have them. */
export function failBehind(parser: Parser, decorators: readonly Decorator[], message: string): void {
  const last = decorators.at(-1);
  if (last === undefined) fail(parser, message);
  else failAt(parser, last.start, last.end, message);
}

function expectLineEnd(parser: Parser): void {
  if (recover(parser, lineEnd) || parser.kind === token.newline || parser.kind === token.endOfFile) return;
  problem(parser, startOf(parser), startOf(parser), 'Expected a line break behind the decorator.');
}

function parseDecorator(parser: Parser): Decorator {
  const start = startOf(parser);
  advance(parser);
  const { deepest } = parser;
  parser.deepest = parser.depth;
  let expression = parseLink(parser, undefined);
  while (parser.kind === token.dot && wrap(parser)) {
    advance(parser);
    expression = parseLink(parser, expression);
  }
  parser.deepest = Math.max(deepest, parser.deepest);
  return { kind: 'decorator', start, end: parser.lastEnd, expression };
}

function parseLink(parser: Parser, base: Expression | undefined): Expression {
  const name = parseIdentifier(parser, 'the name of a decorator');
  if (parser.kind === token.leftParen) return parseCall(parser, true, base, name);
  if (base === undefined) return { kind: 'variable', start: name.start, end: name.end, name: name.name };
  return { kind: 'member', start: base.start, end: parser.lastEnd, base, name, safe: false };
}

/** The calls of one decorator, with or without its namespace: `@name(…)`, `@sys.name(…)`. */
export function decoratorsNamed(
  { decorators }: { readonly decorators: readonly Decorator[] },
  name: string,
): readonly Call[] {
  return decorators
    .map(({ expression }) => expression)
    .filter((expression) => expression.kind === 'call')
    .filter((call) => call.name.name === name && (call.base === undefined || isSystem(call.base)));
}

function isSystem(base: Expression): boolean {
  return base.kind === 'variable' && base.name === 'sys';
}
