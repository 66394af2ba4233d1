export * from './address.ts';
export * from './version.ts';
