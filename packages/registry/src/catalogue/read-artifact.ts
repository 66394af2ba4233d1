import {
  annotation,
  ashlarError,
  checkBicepArtifact,
  checkTerraformArtifact,
  type Descriptor,
  type Digest,
  type Language,
  type Manifest,
  mediaType,
  type ModuleClass,
  readmeSummary,
} from '@ashlar/core';

import {
  archiveLimits,
  checkedTemplate,
  layersDigest,
  readArchive,
  requireTerraformRoot,
  treeDigest,
  unpackAllowance,
} from '../intake/index.ts';
import type { Customer, ReadModule } from '../reading/index.ts';
import type { Registry } from '../registry.ts';
import type { Publication } from '../store/metadata/index.ts';
import { withTemplatePlace } from './template-place.ts';

/** Where the parts of an artifact are. */
export interface ArtifactSource {
  readonly repository: { readonly name: string; readonly namespace: string };
  readonly blobs?: readonly PushedBlob[];
  /** Whoever reads has room already, or must not wait for it. */
  readonly hasRoom?: boolean;
}

export interface PushedBlob {
  readonly digest: Digest;
  readonly bytes: Buffer;
}

export interface Artifact {
  readonly manifest: Manifest;
  readonly language: Language;
  readonly class: ModuleClass | null;
  /** Whether the module in it is read as well. */
  readonly isWanted: boolean;
}

type Facts = Pick<Publication, 'contentDigest' | 'archive' | 'description' | 'readme'> & {
  readonly read: ReadModule | undefined;
};

/**
 * Checks that clients could use an artifact, and reads what it holds.
 * @throws ASH-BICEP-… ASH-TERRAFORM-ARTIFACT ASH-ARCHIVE-… ASH-MANIFEST-PARTS ASH-MODULE-TOO-COMPLEX
 */
export async function readArtifact(
  registry: Registry,
  source: ArtifactSource,
  artifact: Artifact,
): Promise<Facts> {
  return artifact.language === 'bicep'
    ? await readBicep(registry, source, artifact)
    : await readTerraform(registry, source, artifact);
}

async function readBicep(registry: Registry, source: ArtifactSource, artifact: Artifact): Promise<Facts> {
  const { manifest } = artifact;
  const layer = checkBicepArtifact(manifest);
  const sourceLayer = artifact.isWanted ? sourceLayerOf(manifest) : undefined;
  const room = layer.size + (sourceLayer ? unpackAllowance(sourceLayer.size, archiveLimits).bytes : 0);
  return await withRoom(registry, source, room, async () => {
    const bytes = await readBlob(registry, source, layer);
    const template = await withTemplatePlace(registry, source.repository, bytes, () =>
      checkedTemplate(bytes),
    );
    const read = artifact.isWanted
      ? await registry.reader.read(
          {
            language: 'bicep',
            class: artifact.class,
            template: bytes,
            source: sourceLayer && (await readBlob(registry, source, sourceLayer)),
          },
          publisherOf(source),
        )
      : undefined;
    return {
      contentDigest: layersDigest(manifest.config!, manifest.layers),
      archive: null,
      description: manifest.annotations[annotation.description] ?? template.description,
      readme: null,
      read,
    };
  });
}

/** One that is too large to be unpacked is not fetched for it. */
function sourceLayerOf({ layers }: Manifest): Descriptor | undefined {
  const layer = layers.find((each) => each.mediaType.toLowerCase() === mediaType.bicepSource);
  return layer !== undefined && layer.size <= archiveLimits.compressed ? layer : undefined;
}

async function readTerraform(registry: Registry, source: ArtifactSource, artifact: Artifact): Promise<Facts> {
  const layer = checkTerraformArtifact(artifact.manifest);
  if (layer.size > archiveLimits.compressed) {
    throw ashlarError('ASH-ARCHIVE-SIZE', { limit: archiveLimits.compressed });
  }
  return await withRoom(
    registry,
    source,
    unpackAllowance(layer.size, archiveLimits).bytes,
    async () => await readArchiveLayer(registry, source, artifact, layer),
  );
}

async function readArchiveLayer(
  registry: Registry,
  source: ArtifactSource,
  { manifest, class: moduleClass, isWanted }: Artifact,
  layer: Descriptor,
): Promise<Facts> {
  const zip = await readBlob(registry, source, layer);
  if (zip.toString('latin1', 0, 2) !== 'PK') {
    throw ashlarError('ASH-TERRAFORM-ARTIFACT', { reason: 'its archive/zip layer is not a zip file' });
  }
  const files = await readArchive(zip);
  requireTerraformRoot(files);
  const readme = files.find(({ path }) => /^readme\.md$/i.test(path))?.bytes.toString('utf8') ?? null;
  return {
    contentDigest: treeDigest(files),
    archive: { digest: layer.digest, size: layer.size },
    description: manifest.annotations[annotation.description] ?? readmeSummary(readme ?? ''),
    readme,
    read: isWanted
      ? await registry.reader.read({ language: 'terraform', class: moduleClass, files }, publisherOf(source))
      : undefined,
  };
}

function publisherOf({ repository: { namespace } }: ArtifactSource): Customer {
  return { kind: 'publisher', namespace };
}

/** Whoever brings the bytes along has room for them already. */
async function withRoom<Result>(
  { room }: Registry,
  { blobs, hasRoom, repository }: ArtifactSource,
  bytes: number,
  read: () => Promise<Result>,
): Promise<Result> {
  return blobs === undefined && !hasRoom ? await room.hold(repository.namespace, bytes, read) : await read();
}

/** A part that comes along or that the repository holds: a manifest never grants access to a blob. */
async function readBlob(
  registry: Registry,
  { repository, blobs }: ArtifactSource,
  { digest, size }: Descriptor,
): Promise<Buffer> {
  const along = blobs?.find((blob) => blob.digest === digest);
  if (along) return along.bytes;
  const known = await registry.metadata.query.findPushable({ repository: repository.name, digest });
  // Before it is read: limits on what fits into memory go by the stated size.
  if (known !== undefined && known !== size) {
    const reason = `it states a size of ${size} bytes for ${digest}, which has ${known}`;
    throw ashlarError('ASH-MANIFEST-INVALID', { reason });
  }
  const bytes = known === undefined ? undefined : await registry.blobs.read(digest);
  if (!bytes) throw ashlarError('ASH-MANIFEST-PARTS', { digest });
  return bytes;
}
