import {
  AshlarError,
  ashlarError,
  bicepTemplateFile,
  type Descriptor,
  limits,
  type Manifest,
  mediaType,
  tagToVersion,
} from '@ashlar/core';
import type { Version } from '@ashlar/core/module';
import { archiveLimits, readArchive, readBicepSources } from '@ashlar/registry/intake';

import { filesOfArchive } from './archive.ts';
import type { Upstream } from './download.ts';
import type { FoundModule } from './found-module.ts';
import { type OciRepository, openOciRepository } from './oci-registry.ts';

export interface OciReference {
  readonly upstream: Upstream;
  /** Name of the repository. */
  readonly name: string;
  /** Tag or digest. */
  readonly reference: string;
  readonly version?: Version | undefined;
  /** As the user wrote it. */
  readonly ref: string;
}

/** The module in an artifact of Bicep or of OpenTofu. */
export async function findInOci({
  upstream,
  name,
  reference,
  version,
  ref,
}: OciReference): Promise<FoundModule> {
  const repository = openOciRepository(upstream, name);
  const manifest = await imageOf(repository, await repository.manifest(reference));
  const layer = (type: string) => manifest.layers.find((each) => each.mediaType === type);
  const found = { place: name, version: version ?? tagToVersion(reference) };
  const template = layer(mediaType.bicepTemplate);
  if (template !== undefined) {
    return { ...found, ...(await bicepFiles(repository, template, layer(mediaType.bicepSource))) };
  }
  const zip = layer(mediaType.zip);
  if (zip !== undefined) {
    const bytes = await repository.blob(zip.digest, limits.archiveSize.value);
    return { ...found, language: 'terraform', files: filesOfArchive(await readArchive(bytes), '') };
  }
  const reason = 'it is an artifact of another kind; modules are those of bicep publish and of OpenTofu';
  throw ashlarError('ASH-REFERENCE-REFUSED', { ref, reason });
}

/** OpenTofu also takes an index that names one package. */
async function imageOf(repository: OciRepository, manifest: Manifest): Promise<Manifest> {
  const found = manifest.manifests.find(({ artifactType }) => artifactType === mediaType.opentofuModule);
  return found === undefined ? manifest : await repository.manifest(found.digest);
}

/** The template, and the sources that came along: what users get is the template, so it is read without them as well. */
async function bicepFiles(
  repository: OciRepository,
  template: Descriptor,
  source: Descriptor | undefined,
): Promise<Pick<FoundModule, 'files' | 'language' | 'warnings'>> {
  const compiled = await repository.blob(template.digest, limits.template.value);
  const { sources, warnings } = await sourcesIn(repository, source);
  const texts = new Map(sources).set(bicepTemplateFile, compiled);
  return {
    language: 'bicep',
    files: { paths: [...texts.keys()], textOf: (path) => texts.get(path)?.toString('utf8') ?? '' },
    warnings,
  };
}

async function sourcesIn(
  repository: OciRepository,
  layer: Descriptor | undefined,
): Promise<{ sources?: Map<string, Buffer> | undefined; warnings: string[] }> {
  if (layer === undefined) return { warnings: [] };
  const limit = limits.sourceLayer.value;
  const bytes = await repository.blob(layer.digest, limit);
  try {
    return { sources: await readBicepSources(bytes, { ...archiveLimits, compressed: limit }), warnings: [] };
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error;
    return { warnings: [`The source layer was not read: ${error.message}`] };
  }
}
