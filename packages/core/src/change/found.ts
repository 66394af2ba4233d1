import type { Change } from './change.ts';

/** What a comparison says before the table gives it its class, and a sentence is written about it. */
export type Found = Omit<Change, 'class' | 'kind' | 'message'>;
