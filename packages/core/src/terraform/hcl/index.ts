import type { SyntaxNode, SyntaxTree } from '../../syntax/index.ts';

export { isIdentifier } from './character.ts';
export { type BlockSchema, type BodySchema, bodyOfJson } from './json-body.ts';
export { expressionText } from './expression-text.ts';
export { parseHclJson } from './json-syntax.ts';
export type * from './json-node.ts';
export { exactNumber, type LiteralValue, literalValue } from './literal-value.ts';
export type * from './node.ts';
export { parseHcl, parseHclExpression, parseHclTemplate } from './parse.ts';

/** The text that a node stands for. */
export function sourceText({ text }: SyntaxTree<SyntaxNode>, { start, end }: SyntaxNode): string {
  return text.slice(start, end);
}
