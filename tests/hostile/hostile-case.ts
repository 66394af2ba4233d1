import type { ErrorCode } from '@ashlar/core';

import type { HostileServer } from './hostile-server.ts';

export interface HostileRequest {
  readonly method?: string;
  /** Sent as it is. */
  readonly target: string;
  /** Sent in this order; `Host` is added when it is not among them, and `Authorization` of the administrator. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: Uint8Array | string;
  /** How the body is told: by its length, in chunks, or by nothing at all. */
  readonly framing?: 'length' | 'chunked' | 'none';
  readonly anonymous?: boolean;
}

export interface HostileCase {
  /** Of the threat model: T-01, … */
  readonly threat: string;
  readonly name: string;
  /** What must be there before the attack; it may write. */
  readonly prepare?: (server: HostileServer) => Promise<void>;
  /** Made when its turn comes: some are large. A text is sent byte by byte, whatever it is. */
  readonly send: () => HostileRequest | string | Buffer;
  readonly status: number;
  /** Absent: the answer names none. */
  readonly code?: ErrorCode;
  /** What was sent is odd but sound, and is stored. */
  readonly writes?: true;
}

/** A group of cases as the table of results shows it. */
export interface HostileGroup {
  readonly title: string;
  readonly cases: readonly HostileCase[];
}
