export * from './access.ts';
export * from './blob-lease.ts';
export * from './delete.ts';
export * from './push.ts';
export * from './resolve.ts';
export * from './state.ts';
export * from './usage.ts';
export * from './upload-sessions.ts';
