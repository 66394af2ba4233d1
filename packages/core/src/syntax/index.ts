export { childrenOf, printTree } from './print.ts';
export { positionsIn } from './source.ts';
export type { Comment, Position, SourceRange, SyntaxNode, SyntaxProblem, SyntaxTree } from './source.ts';
