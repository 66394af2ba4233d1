import { AshlarError, type Digest, parseManifest, parseRepository } from '@ashlar/core';

import type { Registry } from '../registry.ts';
import type { ModelInput, ModelRow, VersionRow } from '../store/metadata/index.ts';
import { readArtifact } from './read-artifact.ts';

export type VersionModel = Omit<ModelRow, 'repository' | 'version'>;

const nothing: ModelInput = {
  model: null,
  readmes: null,
  before: null,
  changes: null,
  verdict: null,
  declared: null,
  honest: null,
};

/**
 * What was read of a live version. One from before anything was read is read now, once: what comes out is kept, also when
 * that is nothing. Who holds a turn or room must not wait for more room (`hasRoom`): those who have it may wait for the turn.
 */
export async function modelOf(
  registry: Registry,
  row: VersionRow,
  { hasRoom = false }: { readonly hasRoom?: boolean } = {},
): Promise<VersionModel> {
  const { repository, version, digest } = row;
  const { query, command } = registry.metadata;
  const found = await query.findModel({ repository, version });
  if (found !== undefined) return found;
  const model = await readStored(registry, row, hasRoom);
  // Its bytes may come back.
  if (model === undefined) return nothing;
  // Who reads gets an answer also while nothing can be written.
  await command.storeModel({ repository, version, digest, model }).catch((error: unknown) => {
    if (!(error instanceof AshlarError)) throw error;
  });
  return model;
}

/** Undefined when the bytes are not there. */
async function readStored(
  registry: Registry,
  { repository, digest }: VersionRow,
  hasRoom: boolean,
): Promise<ModelInput | undefined> {
  const { query } = registry.metadata;
  const module = await query.findModule(repository);
  const manifestRow = await query.findManifest({ repository, digest });
  const bytes = await registry.blobs.read(digest as Digest);
  if (module === undefined || manifestRow === undefined || bytes === undefined) return undefined;
  try {
    const { read } = await readArtifact(
      registry,
      { repository: parseRepository(repository), hasRoom },
      {
        manifest: parseManifest(bytes, manifestRow.media_type),
        language: module.language,
        class: module.class,
        isWanted: true,
      },
    );
    return { ...nothing, model: read?.model ?? null, readmes: read?.readmes ?? null };
  } catch (error) {
    if (error instanceof AshlarError && error.code === 'ASH-MODULE-TOO-COMPLEX') return nothing;
    throw error;
  }
}
