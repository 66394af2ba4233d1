export * from './error/index.ts';
export * from './module/index.ts';
export * from './oci/index.ts';
