import { limits } from '../../limit/index.ts';
import type { SyntaxNode, SyntaxTree } from '../../syntax/index.ts';
import { parseRoot } from './body.ts';
import { parseExpression } from './expression.ts';
import type { Body } from './node.ts';
import { complain, scannerOf } from './scanner.ts';

export type * from './node.ts';

const byteOrderMark = 0xfe_ff;
const maxText = limits.syntaxText.value;

/** Parses a file of HCL's native syntax: `.tf`, `.tfvars`, `.tftest.hcl`. It takes any text, and never throws. */
export function parseHcl(text: string): SyntaxTree<Body> {
  const scanner = scannerOf(text, parseExpression);
  const { comments, problems } = scanner;
  if (text.length > maxText) {
    complain(scanner, 0, 0, `longer than ${maxText} characters`);
    const end = text.length;
    const items = [{ kind: 'skipped', start: 0, end } as const];
    return { text, root: { kind: 'body', start: 0, end, items }, comments, problems };
  }
  if (text.charCodeAt(0) === byteOrderMark) scanner.at = 1;
  if (!text.isWellFormed()) complain(scanner, 0, 0, 'not Unicode: there is half of a surrogate pair');
  const root = parseRoot(scanner);
  problems.sort((a, b) => a.start - b.start);
  return { text, root, comments, problems };
}

/** The text that a node stands for. */
export function sourceText({ text }: SyntaxTree<SyntaxNode>, { start, end }: SyntaxNode): string {
  return text.slice(start, end);
}
