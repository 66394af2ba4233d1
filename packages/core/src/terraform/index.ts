export * from './artifact.ts';
export {
  bodyOfJson,
  literalValue,
  parseHcl,
  parseHclExpression,
  parseHclJson,
  parseHclTemplate,
  sourceText,
} from './hcl/index.ts';
export type * as Hcl from './hcl/index.ts';
export * from './type-constraint.ts';
