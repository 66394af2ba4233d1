export * from './address.ts';
export * from './readme.ts';
export * from './version.ts';
