import { type Digest, mediaType, parseAddress, parseVersion } from '@ashlar/core';
import {
  type BuiltArtifact,
  buildTerraformArtifact,
  packZip,
  sha256,
  buildBicepArtifact,
} from '@ashlar/registry/intake';
import { buildUpload } from '@ashlar/registry/source/upload';

import type { ModuleModel } from './model.ts';

const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';

/** The files of one of several modules that differ in a number. */
export function filesOf({ language }: ModuleModel, content: number) {
  const text =
    language === 'terraform'
      ? `output "content" {\n  value = ${content}\n}\n`
      : JSON.stringify({
          $schema: schema,
          contentVersion: '1.0.0.0',
          resources: [],
          outputs: { content: { type: 'int', value: content } },
        });
  return [
    { path: language === 'terraform' ? 'main.tf' : 'main.json', executable: false, bytes: Buffer.from(text) },
  ];
}

/** What the upload API makes of the files. */
export async function uploaded(
  module: ModuleModel,
  version: string,
  content: number,
): Promise<BuiltArtifact> {
  const address = parseAddress(module.repository);
  return await buildUpload({ address, version: parseVersion(version), files: filesOf(module, content) }, {});
}

/** What another client makes of the same files: equal content, another manifest. */
export async function pushed(module: ModuleModel, content: number): Promise<BuiltArtifact> {
  const files = filesOf(module, content);
  if (module.language === 'terraform') {
    return buildTerraformArtifact(await packZip(files), {
      files,
      title: 'module.zip',
      annotations: { by: 'oras' },
    });
  }
  const built = await buildBicepArtifact({ template: files[0]!.bytes, version: parseVersion('1.0.0') });
  const manifest = JSON.parse(built.manifest.toString()) as { annotations: object };
  return { ...built, manifest: Buffer.from(JSON.stringify({ ...manifest, annotations: { by: 'oras' } })) };
}

/** An attachment, such as a signature, to a digest. */
export function attachment(
  subject: string,
  number: number,
): { manifest: Buffer; digest: Digest; config: Digest } {
  const config = { mediaType: mediaType.emptyJson, digest: sha256('{}'), size: 2 };
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaType.imageManifest,
      artifactType: 'application/vnd.example.signature',
      config,
      layers: [],
      subject: { mediaType: mediaType.imageManifest, digest: subject, size: 1 },
      annotations: { number: String(number) },
    }),
  );
  return { manifest, digest: sha256(manifest), config: config.digest };
}
