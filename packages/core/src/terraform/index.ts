export * from './artifact.ts';
export { parseHcl, sourceText } from './hcl/index.ts';
export type * as Hcl from './hcl/node.ts';
