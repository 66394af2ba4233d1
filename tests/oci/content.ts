import { createHash } from 'node:crypto';

import type { Answer, Options, Send } from './client.ts';

export const imageManifest = 'application/vnd.oci.image.manifest.v1+json';
export const imageIndex = 'application/vnd.oci.image.index.v1+json';
export const emptyJson = 'application/vnd.oci.empty.v1+json';

export type Algorithm = 'sha256' | 'sha512';

export function digestOf(bytes: Buffer | string, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Bytes that look random and are the same in every run. */
export function bytesOf(size: number, seed = 'ashlar'): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 64) }, (_, i) =>
    createHash('sha512').update(`${seed} ${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

export function descriptor(bytes: Buffer | string, mediaType: string, algorithm?: Algorithm) {
  return { mediaType, digest: digestOf(bytes, algorithm), size: Buffer.byteLength(bytes) };
}

export const emptyConfig = descriptor('{}', emptyJson);

/** An image manifest without layers whose config is `{}`; `fields` are added. */
export function manifestOf(fields: Readonly<Record<string, unknown>> = {}): Buffer {
  return json({ schemaVersion: 2, mediaType: imageManifest, config: emptyConfig, layers: [], ...fields });
}

export function indexOf(
  manifests: readonly Buffer[],
  fields: Readonly<Record<string, unknown>> = {},
): Buffer {
  const entries = manifests.map((bytes) =>
    descriptor(bytes, JSON.parse(bytes.toString()).mediaType as string),
  );
  return json({ schemaVersion: 2, mediaType: imageIndex, manifests: entries, ...fields });
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** Pushes a blob in one request; throws when that is refused. */
export async function pushBlob(
  send: Send,
  repository: string,
  bytes: Buffer | string,
  algorithm?: Algorithm,
): Promise<string> {
  const digest = digestOf(bytes, algorithm);
  const answer = await send('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    body: Buffer.from(bytes),
  });
  if (answer.status !== 201) throw new Error(`the blob was not taken: ${answer.status} ${answer.text}`);
  return digest;
}

/** Pushes a manifest under a tag or digest, without its parts. */
export async function putManifest(
  send: Send,
  repository: string,
  reference: string,
  bytes: Buffer,
  headers: Options['headers'] = {},
): Promise<Answer> {
  const type = (JSON.parse(bytes.toString()) as { mediaType?: string }).mediaType ?? imageManifest;
  return await send('PUT', `/v2/${repository}/manifests/${reference}`, {
    headers: { 'content-type': type, ...headers },
    body: bytes,
  });
}

/** Pushes an image of one layer; returns its manifest and layer. */
export async function pushImage(
  send: Send,
  repository: string,
  tag: string,
  content = `layer of ${tag}`,
): Promise<{ manifest: Buffer; digest: string; layer: string }> {
  await pushBlob(send, repository, '{}');
  const layer = await pushBlob(send, repository, content);
  const manifest = manifestOf({ layers: [descriptor(content, 'application/octet-stream')] });
  const answer = await putManifest(send, repository, tag, manifest);
  if (answer.status !== 201) throw new Error(`the image was not taken: ${answer.status} ${answer.text}`);
  return { manifest, digest: digestOf(manifest), layer };
}

const bicepTypes = {
  module: 'application/vnd.ms.bicep.module.artifact',
  config: 'application/vnd.ms.bicep.module.config.v1+json',
  template: 'application/vnd.ms.bicep.module.layer.v1+json',
};

/** A compiled Bicep module as `bicep publish` writes it. */
export function bicepModule(description = 'a module', fields: Readonly<Record<string, unknown>> = {}) {
  const template = json({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    metadata: { description, _generator: { name: 'bicep', version: '0.38.5.0', templateHash: '1' } },
    resources: [],
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: imageManifest,
    artifactType: bicepTypes.module,
    config: descriptor('{}', bicepTypes.config),
    layers: [descriptor(template, bicepTypes.template)],
    ...fields,
  });
  return { template, manifest, digest: digestOf(manifest), layer: digestOf(template) };
}

/** Pushes the blobs of a Bicep module and its manifest under a tag. */
export async function pushBicep(
  send: Send,
  repository: string,
  tag: string,
  module: ReturnType<typeof bicepModule> = bicepModule(),
): Promise<Answer> {
  await pushBlob(send, repository, '{}');
  await pushBlob(send, repository, module.template);
  return await putManifest(send, repository, tag, module.manifest);
}

/** Starts an upload and returns its Location. */
export async function startUpload(send: Send, repository: string, query = ''): Promise<string> {
  const answer = await send('POST', `/v2/${repository}/blobs/uploads/${query}`);
  if (answer.status !== 202) throw new Error(`no upload was started: ${answer.status} ${answer.text}`);
  return answer.headers.location ?? '';
}
