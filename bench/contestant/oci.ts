import { createHash } from 'node:crypto';

import type { Program } from '../program.ts';

/** A server that speaks as much of OCI Distribution as a benchmark needs. */
export interface OciContestant {
  readonly name: string;
  readonly program: Program;
  /** `http://127.0.0.1:1234` */
  readonly url: string;
  /** The repository that content goes to. */
  readonly repository: string;
  /** Fields that let a client write. */
  readonly credentials: Readonly<Record<string, string>>;
}

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Stores a blob with the two requests that docker, skopeo and oras send. */
export async function pushBlob(contestant: OciContestant, bytes: Uint8Array): Promise<string> {
  const { url, repository, credentials } = contestant;
  const digest = sha256(bytes);
  const begun = await fetch(`${url}/v2/${repository}/blobs/uploads/`, {
    method: 'POST',
    headers: credentials,
  });
  await expectStatus(begun, 202);
  const target = new URL(begun.headers.get('location')!, url);
  target.searchParams.set('digest', digest);
  const headers = { ...credentials, 'content-type': 'application/octet-stream' };
  await expectStatus(await fetch(target, { method: 'PUT', headers, body: Buffer.from(bytes) }), 201);
  return digest;
}

export async function pushManifest(contestant: OciContestant, bytes: Uint8Array): Promise<string> {
  const { url, repository, credentials } = contestant;
  const digest = sha256(bytes);
  const headers = { ...credentials, 'content-type': manifestType };
  const target = `${url}/v2/${repository}/manifests/${digest}`;
  await expectStatus(await fetch(target, { method: 'PUT', headers, body: Buffer.from(bytes) }), 201);
  return digest;
}

/** A manifest of just `size` bytes, most of them an annotation. */
export function manifestOf(config: Uint8Array, layer: Uint8Array, size: number): Buffer {
  const part = (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: sha256(bytes),
    size: bytes.length,
  });
  const text = (filler: string) =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: part('application/vnd.oci.empty.v1+json', config),
      layers: [part('application/octet-stream', layer)],
      annotations: { 'bench.filler': filler },
    });
  return Buffer.from(text('x'.repeat(size - text('').length)));
}

/** Makes sure that an address gives the bytes of a digest: nobody wins by answering something else. */
export async function verify(
  address: string,
  digest: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const response = await fetch(address, { headers });
  const actual = sha256(new Uint8Array(await response.arrayBuffer()));
  if (response.status === 200 && actual === digest) return;
  throw new Error(`${address} answers ${response.status} with ${actual} instead of ${digest}`);
}

async function expectStatus(response: Response, status: number): Promise<void> {
  const text = await response.text();
  if (response.status !== status)
    throw new Error(`${response.url}: ${response.status} instead of ${status}: ${text}`);
}
