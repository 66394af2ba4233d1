export * from './artifact.ts';
export { type BicepTree, parseBicep, parseBicepParameters } from './syntax/index.ts';
/** The nodes of its trees. */
export type * as Bicep from './syntax/node.ts';
export * from './template.ts';
