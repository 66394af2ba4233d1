import type { ErrorData } from '@ashlar/core';

/**
 * `record`: the database is all there is of the metadata, and takes commands. `mirror`: it is a copy of another
 * database, and takes what happened there.
 */
export type WriterRole = 'record' | 'mirror';

export interface WriterData {
  readonly path: string;
  readonly role: WriterRole;
}

/** One command for the writer thread. */
export interface WriterRequest {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

/** Its outcome; the reply with id 0 says whether the database could be opened. */
export interface WriterReply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly known: ErrorData } | { readonly unknown: string };
}
