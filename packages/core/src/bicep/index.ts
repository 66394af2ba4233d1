export * from './artifact.ts';
export {
  type BicepTree,
  decoratorsNamed,
  literalValue,
  type LiteralValue,
  parseBicep,
  parseBicepParameters,
} from './syntax/index.ts';
/** The nodes of its trees. */
export type * as Bicep from './syntax/node.ts';
export * from './template.ts';
