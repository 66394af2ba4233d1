export { canonicalJson } from './canonical.ts';
export { isTooDeep } from './depth.ts';
export * from './entries.ts';
export * from './field.ts';
export { isObject, listOf, objectOf, textOf } from './value.ts';
export type { JsonObject } from './value.ts';
