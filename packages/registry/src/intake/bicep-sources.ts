import { posix } from 'node:path';

import { bicepSourceFile } from '@ashlar/core';

import { type ArchiveLimits, archiveLimits } from './archive-limits.ts';
import { readArchive } from './archive.ts';

/**
 * The files of a source layer, as `bicep publish --with-source` packs it, by their paths; the entry point is called
 * `main.bicep`. Undefined when it cannot be told which file that is.
 * @throws ASH-ARCHIVE-… for what is no archive, or one past the limits
 */
export async function readBicepSources(
  layer: Buffer,
  limits: ArchiveLimits = archiveLimits,
): Promise<Map<string, Buffer> | undefined> {
  const archived = new Map((await readArchive(layer, limits)).map(({ path, bytes }) => [path, bytes]));
  const metadata = parseMetadata(archived.get('__metadata.json'));
  if (metadata === undefined) return undefined;
  const files = new Map<string, Buffer>();
  for (const { path, archivePath } of metadata.sourceFiles) {
    const bytes = archived.get(archivePath);
    if (bytes !== undefined) files.set(posix.normalize(path), bytes);
  }
  const entry = files.get(posix.normalize(metadata.entryPoint));
  // Files name each other by their places, so that an entry point elsewhere cannot be moved to the root.
  if (entry === undefined || metadata.entryPoint.includes('/')) return undefined;
  return files.set(bicepSourceFile, entry);
}

interface SourceMetadata {
  readonly entryPoint: string;
  readonly sourceFiles: readonly { readonly path: string; readonly archivePath: string }[];
}

function parseMetadata(bytes: Buffer | undefined): SourceMetadata | undefined {
  if (bytes === undefined) return undefined;
  try {
    const { entryPoint, sourceFiles } = JSON.parse(bytes.toString('utf8')) as Partial<SourceMetadata>;
    if (typeof entryPoint !== 'string' || !Array.isArray(sourceFiles)) return undefined;
    const files = (sourceFiles as SourceMetadata['sourceFiles']).filter(
      (file) => typeof file?.path === 'string' && typeof file.archivePath === 'string',
    );
    return { entryPoint, sourceFiles: files };
  } catch {
    return undefined;
  }
}
