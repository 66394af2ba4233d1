import { limits } from '../../limit/index.ts';
import type { SyntaxProblem } from '../../syntax/index.ts';
import { failBehind, parseDecorators } from './decorator.ts';
import { tokenize } from './lexer.ts';
import type { BicepTree, Statement } from './node.ts';
import { fail, type Parser, parserOf, recover, skipNewline, startOf } from './parser.ts';
import { parametersStatements } from './parameters-statement.ts';
import { moduleStatements, type ParseStatement } from './statement.ts';
import * as token from './token.ts';

const maxLength = limits.syntaxText.value;
const lineEnd = token.tokenSet(token.newline);

/** Parses a module (`.bicep`). Whatever the text is, there is a tree; what is wrong with it is among its problems. */
export function parseBicep(text: string): BicepTree {
  return parseFile(text, moduleStatements);
}

/** Parses a parameters file (`.bicepparam`), likewise. */
export function parseBicepParameters(text: string): BicepTree {
  return parseFile(text, parametersStatements);
}

function parseFile(text: string, statements: ReadonlyMap<string, ParseStatement>): BicepTree {
  if (text.length > maxLength) return tooLong(text);
  const scanner = tokenize(text);
  const parser = parserOf(scanner);
  const root = {
    kind: 'file' as const,
    start: 0,
    end: text.length,
    statements: parseStatements(parser, statements),
  };
  return { text, root, comments: scanner.comments, problems: merged(scanner.problems, parser.problems) };
}

function tooLong(text: string): BicepTree {
  const range = { start: 0, end: text.length };
  return {
    text,
    root: { kind: 'file', ...range, statements: [{ kind: 'skipped', ...range }] },
    comments: [],
    problems: [{ ...range, message: `The text is longer than ${maxLength} characters.` }],
  };
}

/** All problems in the order of the text; where the scanner found one, the parser tells nothing new. */
function merged(scanned: readonly SyntaxProblem[], parsed: readonly SyntaxProblem[]): SyntaxProblem[] {
  if (scanned.length === 0 && parsed.length === 0) return [];
  const places = new Set(scanned.map(({ start }) => start));
  const problems = [...scanned, ...parsed.filter(({ start }) => !places.has(start))];
  return problems.sort((a, b) => a.start - b.start).slice(0, limits.syntaxProblems.value);
}

function parseStatements(parser: Parser, words: ReadonlyMap<string, ParseStatement>): Statement[] {
  const statements: Statement[] = [];
  skipNewline(parser);
  while (parser.kind !== token.endOfFile) {
    const start = startOf(parser);
    const statement = parseStatement(parser, words);
    if (statement !== undefined) statements.push(statement);
    const rest = statement === undefined ? start : startOf(parser);
    skipRestOfLine(parser);
    if (parser.lastEnd > rest) statements.push({ kind: 'skipped', start: rest, end: parser.lastEnd });
    skipNewline(parser);
  }
  return statements;
}

function parseStatement(parser: Parser, words: ReadonlyMap<string, ParseStatement>): Statement | undefined {
  const start = startOf(parser);
  const decorators = parseDecorators(parser);
  const word = parser.kind === token.identifier ? wordOf(parser) : '';
  const parse = words.get(word);
  if (parse !== undefined) return parse(parser, start, decorators);
  failBehind(
    parser,
    decorators,
    decorators.length > 0
      ? 'Expected a statement behind the decorator.'
      : `Expected a statement, which begins with one of ${[...words.keys()].join(', ')}.`,
  );
  return undefined;
}

function wordOf({ text, at, starts, ends }: Parser): string {
  return text.slice(starts[at], ends[at]);
}

function skipRestOfLine(parser: Parser): void {
  if (parser.kind !== token.newline && parser.kind !== token.endOfFile)
    fail(parser, 'Expected a line break.');
  recover(parser, lineEnd);
}
