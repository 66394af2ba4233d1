import { ashlarError, type Descriptor, limits, type Manifest, mediaType, tagToVersion } from '@ashlar/core';
import type { Version } from '@ashlar/core/module';
import { archiveLimits, type ModuleFile, readArchive } from '@ashlar/registry/intake';

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

async function bicepFiles(
  repository: OciRepository,
  template: Descriptor,
  source: Descriptor | undefined,
): Promise<Pick<FoundModule, 'files' | 'language' | 'main'>> {
  const compiled = await repository.blob(template.digest, limits.template.value);
  const sources = source === undefined ? undefined : await readSources(repository, source);
  const main = sources?.entryPoint ?? 'main.bicep';
  const texts = new Map(sources?.files).set(main.replace(/\.bicep$/, '.json'), compiled);
  return {
    language: 'bicep',
    main,
    files: { paths: [...texts.keys()], textOf: (path) => texts.get(path)?.toString('utf8') ?? '' },
  };
}

interface Sources {
  readonly entryPoint: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** The source layer, in which names of files differ from their paths; undefined for one that Bicep did not write so. */
async function readSources(repository: OciRepository, layer: Descriptor): Promise<Sources | undefined> {
  const bytes = await repository.blob(layer.digest, limits.sourceLayer.value);
  const archive = await readArchive(bytes, { ...archiveLimits, compressed: limits.sourceLayer.value });
  const inArchive = new Map(archive.map((file) => [file.path, file.bytes]));
  const { entryPoint, sourceFiles } = metadataOf(archive);
  if (typeof entryPoint !== 'string' || !entryPoint.endsWith('.bicep') || !Array.isArray(sourceFiles)) {
    return undefined;
  }
  const files = new Map<string, Buffer>();
  for (const { path, archivePath } of sourceFiles as { path?: unknown; archivePath?: unknown }[]) {
    const content = typeof archivePath === 'string' ? inArchive.get(archivePath) : undefined;
    if (typeof path === 'string' && content !== undefined) files.set(path.replaceAll('\\', '/'), content);
  }
  return { entryPoint, files };
}

function metadataOf(archive: readonly ModuleFile[]): { entryPoint?: unknown; sourceFiles?: unknown } {
  const text = archive.find(({ path }) => path === '__metadata.json')?.bytes.toString('utf8') ?? '{}';
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
