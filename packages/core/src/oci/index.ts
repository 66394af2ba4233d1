export * from './digest.ts';
export * from './manifest.ts';
export * from './media-type.ts';
export * from './name.ts';
