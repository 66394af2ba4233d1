import { expectAssignment, headEnds, parseBody, parseObjectBody, parseResource, parseWith } from './body.ts';
import { parseExpression, parseLambdaBody, parseStringHere, parseStringLiteral } from './expression.ts';
import { parseElements, parseParenthesesItems } from './list.ts';
import type {
  AssertStatement,
  Decorator,
  ExtensionStatement,
  Expression,
  FuncParameter,
  FuncStatement,
  Identifier,
  ImportStatement,
  ImportSymbol,
  MetadataStatement,
  ModuleStatement,
  OutputStatement,
  ParamStatement,
  Statement,
  StringLiteral,
  TargetScopeStatement,
  TestStatement,
  TypeStatement,
  VarStatement,
} from './node.ts';
import {
  accept,
  advance,
  expect,
  expectWord,
  fail,
  isWord,
  type Parser,
  parseIdentifier,
  problem,
  recover,
  takeIdentifier,
} from './parser.ts';
import { isString } from './string.ts';
import * as token from './token.ts';
import { parseDeclaredType } from './type.ts';

/** Parses a statement from its word on; `start` is where its decorators begin. */
export type ParseStatement = (parser: Parser, start: number, decorators: readonly Decorator[]) => Statement;

/** The statements of a module by the word that they begin with. */
export const moduleStatements: ReadonlyMap<string, ParseStatement> = new Map<string, ParseStatement>([
  ['targetScope', parseTargetScope],
  ['metadata', parseMetadata],
  ['type', parseTypeStatement],
  ['param', parseParam],
  ['var', parseVar],
  ['func', parseFunc],
  ['resource', parseResource],
  ['output', parseOutput],
  ['module', parseModule],
  ['test', parseTest],
  ['import', parseImportOrExtension],
  ['extension', parseExtension],
  // Until version 0.27.
  ['provider', parseExtension],
  ['assert', parseAssert],
]);

const none: readonly never[] = [];

/** An equals sign and what stands behind it. */
export function parseValue(parser: Parser): Expression {
  expect(parser, token.assignment, '"="');
  return parseExpression(parser);
}

function parseTargetScope(
  parser: Parser,
  start: number,
  decorators: readonly Decorator[],
): TargetScopeStatement {
  advance(parser);
  const value = parseValue(parser);
  return { kind: 'target-scope', start, end: parser.lastEnd, decorators, value };
}

function parseMetadata(parser: Parser, start: number, decorators: readonly Decorator[]): MetadataStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of the metadata');
  const value = parseValue(parser);
  return { kind: 'metadata', start, end: parser.lastEnd, decorators, name, value };
}

export function parseTypeStatement(
  parser: Parser,
  start: number,
  decorators: readonly Decorator[],
): TypeStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of the type');
  expect(parser, token.assignment, '"="');
  const type = parseDeclaredType(parser, false);
  return { kind: 'type', start, end: parser.lastEnd, decorators, name, type };
}

function parseParam(parser: Parser, start: number, decorators: readonly Decorator[]): ParamStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of the parameter');
  const type = parseDeclaredType(parser, false);
  const value = accept(parser, token.assignment) ? parseExpression(parser) : undefined;
  return { kind: 'param', start, end: parser.lastEnd, decorators, name, type, default: value };
}

export function parseVar(parser: Parser, start: number, decorators: readonly Decorator[]): VarStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of the variable');
  const hasType = parser.kind !== token.assignment && parser.kind !== token.newline;
  const type = hasType && parser.kind !== token.endOfFile ? parseDeclaredType(parser, false) : undefined;
  const value = parseValue(parser);
  return { kind: 'var', start, end: parser.lastEnd, decorators, name, type, value };
}

function parseFunc(parser: Parser, start: number, decorators: readonly Decorator[]): FuncStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of the function');
  expect(parser, token.leftParen, '"("');
  const parameters = parseParenthesesItems(parser, parseFuncParameter);
  expect(parser, token.rightParen, '")"');
  const returns = parseDeclaredType(parser, false);
  const body = parseLambdaBody(parser);
  return { kind: 'func', start, end: parser.lastEnd, decorators, name, parameters, returns, body };
}

function parseFuncParameter(parser: Parser): FuncParameter {
  const name = parseIdentifier(parser, 'the name of a parameter');
  const type = parseDeclaredType(parser, false);
  return { kind: 'func-parameter', start: name.start, end: parser.lastEnd, name, type };
}

function parseOutput(parser: Parser, start: number, decorators: readonly Decorator[]): OutputStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of the output');
  const type = parseDeclaredType(parser, true);
  const value = parseValue(parser);
  return { kind: 'output', start, end: parser.lastEnd, decorators, name, type, value };
}

function parseModule(parser: Parser, start: number, decorators: readonly Decorator[]): ModuleStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of the module');
  recover(parser, headEnds);
  const path = parseStringLiteral(parser, 'the path of the module in quotes');
  recover(parser, headEnds);
  expectAssignment(parser);
  const body = parseBody(parser, undefined);
  return { kind: 'module', start, end: parser.lastEnd, decorators, name, path, body };
}

function parseTest(parser: Parser, start: number, decorators: readonly Decorator[]): TestStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of the test');
  recover(parser, headEnds);
  const path = parseStringLiteral(parser, 'the path of the tested module in quotes');
  recover(parser, headEnds);
  expectAssignment(parser);
  const body = parseObjectBody(parser, undefined, '"{"');
  return { kind: 'test', start, end: parser.lastEnd, decorators, name, path, body };
}

function parseAssert(parser: Parser, start: number, decorators: readonly Decorator[]): AssertStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of the assertion');
  const value = parseValue(parser);
  return { kind: 'assert', start, end: parser.lastEnd, decorators, name, value };
}

/** Extensions were imported before types and functions were. */
function parseImportOrExtension(
  parser: Parser,
  start: number,
  decorators: readonly Decorator[],
): ImportStatement | ExtensionStatement {
  const next = parser.kinds[parser.at + 1];
  const isExtension = next === token.stringWhole || next === token.stringLeft;
  return isExtension ? parseExtension(parser, start, decorators) : parseImport(parser, start, decorators);
}

export function parseExtension(
  parser: Parser,
  start: number,
  decorators: readonly Decorator[],
): ExtensionStatement {
  advance(parser);
  const specification =
    parser.kind === token.identifier
      ? takeIdentifier(parser)
      : parseStringLiteral(parser, 'the name or path of the extension');
  const config = parseWith(parser);
  const alias = parseAlias(parser, 'the name of the extension in this file');
  return { kind: 'extension', start, end: parser.lastEnd, decorators, specification, config, alias };
}

/** `as name`, where it stands. */
function parseAlias(parser: Parser, what: string): Identifier | undefined {
  if (!isWord(parser, 'as')) return undefined;
  advance(parser);
  return parseIdentifier(parser, what);
}

export function parseImport(
  parser: Parser,
  start: number,
  decorators: readonly Decorator[],
): ImportStatement {
  advance(parser);
  const isList = parser.kind === token.leftBrace;
  const symbols = isList ? parseImportSymbols(parser) : none;
  const namespace = isList ? undefined : parseNamespace(parser);
  expectWord(parser, 'from');
  const path = parseStringLiteral(parser, 'the path of a file in quotes');
  return { kind: 'import', start, end: parser.lastEnd, decorators, symbols, namespace, path };
}

function parseNamespace(parser: Parser): Identifier {
  expect(parser, token.asterisk, '"{" or "*"');
  expectWord(parser, 'as');
  return parseIdentifier(parser, 'a name for the imported file');
}

function parseImportSymbols(parser: Parser): readonly ImportSymbol[] {
  advance(parser);
  const symbols = parseElements(parser, token.rightBrace, parseImportSymbol);
  expect(parser, token.rightBrace, '"}"');
  return symbols;
}

function parseImportSymbol(parser: Parser): ImportSymbol {
  const name = parseImportedName(parser);
  const alias = parseAlias(parser, 'the name of the import in this file');
  if (name.kind === 'string' && alias === undefined) fail(parser, 'Expected "as" and a name.');
  return { kind: 'import-symbol', start: name.start, end: parser.lastEnd, name, alias };
}

/** What is exported from a template can have a name that is none in Bicep. */
function parseImportedName(parser: Parser): Identifier | StringLiteral {
  if (!isString(parser)) return parseIdentifier(parser, 'the name of an import');
  const name = parseStringHere(parser);
  if (name.expressions.length > 0)
    problem(parser, name.start, name.end, 'Expected a name without expressions.');
  return name;
}
