export * from './depth.ts';
export * from './field.ts';
