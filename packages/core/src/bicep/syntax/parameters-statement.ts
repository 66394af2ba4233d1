import { parseObjectBody, parseWith } from './body.ts';
import { parseStringHere, parseStringLiteral } from './expression.ts';
import type {
  AssignmentStatement,
  Decorator,
  ExtendsStatement,
  ExtensionConfigStatement,
  Missing,
  StringLiteral,
  UsingStatement,
} from './node.ts';
import { advance, expectWord, fail, isWord, missing, type Parser, parseIdentifier } from './parser.ts';
import {
  parseExtension,
  parseImport,
  parseTypeStatement,
  parseValue,
  parseVar,
  type ParseStatement,
} from './statement.ts';
import * as token from './token.ts';

/** The statements of a parameters file by the word that they begin with. */
export const parametersStatements: ReadonlyMap<string, ParseStatement> = new Map<string, ParseStatement>([
  ['using', parseUsing],
  ['extends', parseExtends],
  ['param', parseAssignment],
  ['var', parseVar],
  ['import', parseImport],
  ['extensionConfig', parseExtensionConfig],
  ['extension', parseExtension],
  ['type', parseTypeStatement],
]);

function parseUsing(parser: Parser, start: number, decorators: readonly Decorator[]): UsingStatement {
  advance(parser);
  const path = parseUsedPath(parser);
  const config = parseWith(parser);
  return { kind: 'using', start, end: parser.lastEnd, decorators, path, config };
}

function parseUsedPath(parser: Parser): StringLiteral | Missing | undefined {
  if (parser.kind === token.stringWhole) return parseStringHere(parser);
  if (isWord(parser, 'none')) {
    advance(parser);
    return undefined;
  }
  fail(parser, 'Expected the path of a module in quotes, or "none".');
  return missing(parser);
}

function parseExtends(parser: Parser, start: number, decorators: readonly Decorator[]): ExtendsStatement {
  advance(parser);
  const path = parseStringLiteral(parser, 'the path of a parameters file in quotes');
  return { kind: 'extends', start, end: parser.lastEnd, decorators, path };
}

function parseAssignment(
  parser: Parser,
  start: number,
  decorators: readonly Decorator[],
): AssignmentStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of a parameter');
  const value = parseValue(parser);
  return { kind: 'assignment', start, end: parser.lastEnd, decorators, name, value };
}

function parseExtensionConfig(
  parser: Parser,
  start: number,
  decorators: readonly Decorator[],
): ExtensionConfigStatement {
  advance(parser);
  const name = parseIdentifier(parser, 'the name of an extension');
  expectWord(parser, 'with');
  const config = parseObjectBody(parser, undefined, '"{"');
  return { kind: 'extension-config', start, end: parser.lastEnd, decorators, name, config };
}
