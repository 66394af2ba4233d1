import type { BoundCommands } from './command/index.ts';
import type { BoundQueries } from './query/index.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What Ashlar knows about its content. Every command is one transaction with no other I/O inside, acknowledged when
 * it is durable; queries see everything that was acknowledged before. Every driver passes `metadata-store.suite.ts`.
 */
export interface MetadataStore {
  readonly query: BoundQueries;
  readonly command: BoundCommands;
  /** All rows as they are now, read while the store goes on; the caller closes it. */
  snapshot(): Promise<Snapshot>;
  /** Why commands fail for now, while queries go on being answered; undefined when they do not, or never do. */
  outage?(): string | undefined;
  close(): Promise<void>;
}
