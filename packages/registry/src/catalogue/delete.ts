import { type Repository, tagToVersion } from '@ashlar/core';

import type { Registry } from '../registry.ts';

/**
 * Deletes a manifest by digest, or a tag, for a caller that may manage the repository. In a module repository a tag is
 * a version and goes with its manifest; a tombstone stays.
 * @throws ASH-MANIFEST-UNKNOWN
 */
export async function deleteReference(
  { metadata, clock }: Registry,
  { name, kind }: Repository,
  reference: string,
): Promise<void> {
  const now = clock.now();
  if (reference.includes(':')) {
    await metadata.command.deleteManifest({ now, repository: name, digest: reference, kind });
    return;
  }
  const version = kind === 'module' ? tagToVersion(reference) : undefined;
  await metadata.command.deleteTag({
    now,
    repository: name,
    tag: reference,
    ...(version === undefined ? {} : { version }),
  });
}
