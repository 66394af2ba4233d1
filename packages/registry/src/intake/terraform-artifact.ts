import { annotation, mediaType } from '@ashlar/core';

import { blobOf, type BuiltArtifact, descriptorOf, manifestBytes } from './artifact.ts';
import { treeDigest } from './content-digest.ts';
import type { ModuleFile } from './module-file.ts';

export interface TerraformArtifactInput {
  /** The files in the zip. */
  readonly files: readonly ModuleFile[];
  /** Of the manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** File name under which `oras pull` writes the layer. */
  readonly title?: string | undefined;
}

/** The artifact that `tofu init` installs from `oci://`; the zip is kept as it is. Equal input gives equal bytes. */
export function buildTerraformArtifact(zip: Buffer, input: TerraformArtifactInput): BuiltArtifact {
  const config = blobOf(mediaType.emptyJson, Buffer.from('{}'));
  const layer = blobOf(mediaType.zip, zip);
  const manifest = manifestBytes({
    artifactType: mediaType.opentofuModule,
    config: descriptorOf(config),
    layers: [descriptorOf(layer, { [annotation.title]: input.title ?? 'module.zip' })],
    annotations: input.annotations ?? {},
  });
  return {
    manifest,
    mediaType: mediaType.imageManifest,
    blobs: [config, layer],
    contentDigest: treeDigest(input.files),
  };
}
