export { bareExpression } from './bare.ts';
export { decoratorsNamed } from './decorator.ts';
export { parseBicep, parseBicepParameters } from './file.ts';
export { literalValue, type LiteralValue } from './literal.ts';
export type * from './node.ts';
