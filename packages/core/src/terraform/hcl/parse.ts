import { limits } from '../../limit/index.ts';
import type { SyntaxNode, SyntaxTree } from '../../syntax/index.ts';
import { parseRoot } from './body.ts';
import { endOfText } from './character.ts';
import { parseExpression } from './expression.ts';
import type { Body, Expression, StringLiteral, Template } from './node.ts';
import { complain, failHere, peek, type Scanner, scannerOf } from './scanner.ts';
import { parseBareTemplate } from './template.ts';
import { notUtf8In } from './utf8.ts';

const byteOrderMark = 0xfe_ff;
const maxText = limits.syntaxText.value;

/** Parses a file of HCL's native syntax: `.tf`, `.tfvars`, `.tftest.hcl`. It takes any text, and never throws. */
export function parseHcl(text: string): SyntaxTree<Body> {
  return parseText(text, parseFile, ({ start, end }) => ({
    kind: 'body',
    start,
    end,
    items: [{ kind: 'skipped', start, end }],
  }));
}

/** Parses a text that is nothing but an expression. Line breaks are white space in it. */
export function parseHclExpression(text: string): SyntaxTree<Expression> {
  return parseText(text, parseOnlyExpression, ({ start }) => ({ kind: 'missing', start, end: start }));
}

/** Parses a text that is a template, as the strings of the JSON syntax are. */
export function parseHclTemplate(text: string): SyntaxTree<StringLiteral | Template> {
  return parseText(text, parseBareTemplate, ({ start, end }) => ({
    kind: 'string',
    start,
    end,
    form: 'json',
    value: text,
  }));
}

function parseText<Root extends SyntaxNode>(
  text: string,
  parse: (scanner: Scanner) => Root,
  unread: (whole: { readonly start: number; readonly end: number }) => Root,
): SyntaxTree<Root> {
  const scanner = scannerOf(text, parseExpression);
  const { comments, problems } = scanner;
  if (text.length > maxText) {
    complain(scanner, 0, 0, `longer than ${maxText} characters`);
    return { text, root: unread({ start: 0, end: text.length }), comments, problems };
  }
  const broken = notUtf8In(text);
  if (broken !== undefined) complain(scanner, broken.start, broken.end, broken.message);
  const root = parse(scanner);
  problems.sort((a, b) => a.start - b.start);
  return { text, root, comments, problems };
}

function parseFile(scanner: Scanner): Body {
  if (scanner.text.charCodeAt(0) === byteOrderMark) scanner.at = 1;
  return parseRoot(scanner);
}

function parseOnlyExpression(scanner: Scanner): Expression {
  scanner.newlines = false;
  const expression = parseExpression(scanner);
  if (!scanner.broken && peek(scanner) !== endOfText)
    failHere(scanner, 'expected nothing behind the expression');
  return expression;
}
