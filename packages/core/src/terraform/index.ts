export * from './artifact.ts';
export {
  bodyOfJson,
  literalValue as hclLiteralValue,
  parseHcl,
  parseHclExpression,
  parseHclJson,
  parseHclTemplate,
} from './hcl/index.ts';
/** The nodes of its trees. */
export type * as Hcl from './hcl/index.ts';
export { parseTypeConstraint } from './type-constraint.ts';
export type { ParsedType, TypeConstraint } from './type-constraint.ts';
export { compareRanges, parseConstraint, satisfies } from './version-constraint.ts';
export type { Bound, RangeChange, VersionRange } from './version-constraint.ts';
