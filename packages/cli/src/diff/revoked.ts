import type { Change } from '@ashlar/core/change';
import { AshlarError } from '@ashlar/core/error';
import { parseVersionReference, type VersionReference } from '@ashlar/core/module';

import type { Context } from '../context.ts';
import type { Subject } from '../reference/subject.ts';

/** A version that nobody gets any more, and what another one changes since. */
export interface Left {
  readonly old: Subject;
  readonly changes: readonly Change[];
}

/** The error when it is one about a revoked version. @throws every other */
export function revocationOf(error: unknown): AshlarError {
  if (error instanceof AshlarError && error.code === 'ASH-VERSION-REVOKED') return error;
  throw error;
}

/**
 * Who has to leave a revoked version wants to know what changes: the server compares it still, with versions that can be had.
 * @throws the error for what the server cannot compare it with
 */
export async function leaveRevoked(
  revoked: AshlarError,
  [old, now]: readonly [old: string, now: Subject],
  context: Context,
): Promise<Left> {
  const [from, to] = [parseVersionReference(old), referenceOf(now.ref)];
  if (to?.address.repository !== from.address.repository) throw revoked;
  const client = await context.client();
  const query = { ref: now.ref, from: from.version };
  const { changes } = await client.call('VersionDiff', '/version/diff', { query });
  return {
    // Of the model that it had only the changes are told.
    old: { ref: old, version: from.version, reading: now.reading, warnings: [revoked.message] },
    changes: changes as readonly Change[],
  };
}

function referenceOf(ref: string): VersionReference | undefined {
  return /^(?:bicep|terraform)\/[^@]+@/.test(ref) ? parseVersionReference(ref) : undefined;
}
