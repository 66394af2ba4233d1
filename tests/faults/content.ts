import { createHash } from 'node:crypto';

import type { Answer, Client } from './client.ts';
import { agree, type Outcome, Violation } from './violation.ts';

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Before: 404. After: 200, and the bytes are those of the digest. Anything else is a violation. */
export function outcomeOf(what: string, answer: Answer, digest?: string): Outcome {
  if (answer.status === 404) return 'before';
  if (answer.status !== 200)
    throw new Violation(`${what} answers ${answer.status}: ${answer.bytes.toString()}`);
  if (digest !== undefined && digestOf(answer.bytes) !== digest)
    throw new Violation(`${what} answers with other bytes than ${digest}`);
  return 'after';
}

export async function blobOutcome(client: Client, repository: string, digest: string): Promise<Outcome> {
  const path = `/v2/${repository}/blobs/${digest}`;
  return agree(`blob ${digest} in ${repository}`, {
    get: outcomeOf(path, await client.send('GET', path), digest),
    head: outcomeOf(`HEAD ${path}`, await client.send('HEAD', path)),
  });
}

export interface Artifact {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  /** Digests of the blobs that make it whole. */
  readonly blobs: readonly string[];
}

/** How the paths of the OCI and ACR surfaces show a manifest under a tag; with it, all of its blobs can be had. */
export async function artifactViews(
  client: Client,
  { repository, tag, digest, blobs }: Artifact,
): Promise<Record<string, Outcome>> {
  const byTag = await client.send('GET', `/v2/${repository}/manifests/${tag}`);
  const byDigest = await client.send('GET', `/v2/${repository}/manifests/${digest}`);
  const views: Record<string, Outcome> = {
    tag: outcomeOf(`${repository}:${tag}`, byTag, digest),
    digest: outcomeOf(`${repository}@${digest}`, byDigest, digest),
    tags: listed(await client.send('GET', `/v2/${repository}/tags/list`), ({ tags }) => tags, tag),
    'acr tags': listed(await client.send('GET', `/acr/v1/${repository}/_tags`), acrTags, `${tag} ${digest}`),
    'acr manifests': listed(
      await client.send('GET', `/acr/v1/${repository}/_manifests`),
      ({ manifests }) => manifests.map((each: { digest: string }) => each.digest),
      digest,
    ),
  };
  if (views['digest'] === 'before') return views;
  for (const blob of blobs) {
    if ((await blobOutcome(client, repository, blob)) === 'before')
      throw new Violation(`${repository}@${digest} is there and its blob ${blob} is not`);
  }
  return views;
}

/** The same for the paths that Terraform takes. */
export async function terraformViews(
  client: Client,
  repository: string,
  version: string,
): Promise<Record<string, Outcome>> {
  const path = `/v1/modules/${repository.replace('terraform/', '')}`;
  const versions = listed(
    await client.send('GET', `${path}/versions`),
    ({ modules }) => modules[0].versions.map((each: { version: string }) => each.version),
    version,
  );
  const download = await client.send('GET', `${path}/${version}/download`);
  if (download.status === 404) return { versions, download: 'before' };
  if (download.status !== 204) throw new Violation(`${path}/${version}/download answers ${download.status}`);
  const link = String(download.headers['x-terraform-get']);
  const checksum = /checksum=(sha256:\w+)/.exec(link)?.[1];
  if (checksum === undefined) throw new Violation(`${link} has no checksum`);
  const archive = await client.send('GET', link);
  return { versions, download: 'after', archive: outcomeOf(link, archive, checksum) };
}

export async function apiView(client: Client, reference: string): Promise<Outcome> {
  const path = `/version?ref=${encodeURIComponent(reference)}`;
  return outcomeOf(path, await client.api('GET', path));
}

type ReadList = (body: Answer['json']) => readonly string[];

function acrTags({ tags }: Answer['json']): string[] {
  return tags.map(({ name, digest }: { name: string; digest: string }) => `${name} ${digest}`);
}

function listed(answer: Answer, read: ReadList, entry: string): Outcome {
  if (answer.status === 404) return 'before';
  if (answer.status !== 200)
    throw new Violation(`a list answers ${answer.status}: ${answer.bytes.toString()}`);
  return read(answer.json).includes(entry) ? 'after' : 'before';
}
