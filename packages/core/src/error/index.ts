export { AshlarError, ashlarError, catalogue } from './catalogue.ts';
export type { ErrorCode, ErrorData, ErrorEntry, ErrorParams } from './catalogue.ts';
