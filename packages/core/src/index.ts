export * from './bicep/index.ts';
export * from './change/index.ts';
export * from './error/index.ts';
export * from './limit/index.ts';
export * from './module/index.ts';
export * from './oci/index.ts';
export * from './syntax/index.ts';
export * from './terraform/index.ts';
export { printable } from './text/printable.ts';
