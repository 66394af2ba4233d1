import { createHash } from 'node:crypto';

import { ashlarError, type Digest, limits, type Manifest, mediaType, parseManifest } from '@ashlar/core';
import type { HttpResponse } from '@ashlar/registry/gateway/http';

import { download, type Upstream } from './download.ts';

/** A repository of an OCI registry that is read from. */
export interface OciRepository {
  /** `reference` is a tag or a digest. */
  manifest(reference: string): Promise<Manifest>;
  blob(digest: Digest, limit: number): Promise<Buffer>;
}

const manifestTypes = [
  mediaType.imageManifest,
  mediaType.imageIndex,
  mediaType.dockerManifest,
  mediaType.dockerManifestList,
].join(', ');

/** Opens a repository, as anonymous where no token is known. What arrives is hashed before it is used. */
export function openOciRepository(upstream: Upstream, name: string): OciRepository {
  let authorization = upstream.authorization;
  const get = async (path: string, limit: number, accept?: string): Promise<Buffer> => {
    const url = `${upstream.origin}/v2/${name}/${path}`;
    const ask = async () =>
      await download(url, upstream, { limit, authorization, ...(accept === undefined ? {} : { accept }) });
    let answer = await ask();
    const challenge = answer.status === 401 ? answer.headers.get('www-authenticate') : null;
    if (challenge !== null) {
      const token = await tokenFor(challenge, upstream);
      if (token !== undefined) {
        authorization = `Bearer ${token}`;
        answer = await ask();
      }
    }
    return bodyOf(answer, url, upstream);
  };
  return {
    async manifest(reference) {
      const bytes = await get(`manifests/${reference}`, limits.manifest.value, manifestTypes);
      if (reference.includes(':')) requireDigest(bytes, reference, `${upstream.host}/${name}@${reference}`);
      return readManifest(bytes, `${upstream.host}/${name}`);
    },
    async blob(digest, limit) {
      const bytes = await get(`blobs/${digest}`, limit);
      requireDigest(bytes, digest, `${upstream.host}/${name}@${digest}`);
      return bytes;
    },
  };
}

function readManifest(bytes: Buffer, url: string): Manifest {
  try {
    return parseManifest(bytes, undefined);
  } catch (cause) {
    const reason = (cause as Error).message.replace(/\.$/, '');
    throw ashlarError('ASH-UPSTREAM', { url, reason }, { cause });
  }
}

function requireDigest(bytes: Buffer, digest: string, what: string): void {
  const algorithm = digest.split(':', 1)[0]!;
  const actual = ['sha256', 'sha512'].includes(algorithm)
    ? `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
    : undefined;
  if (actual === digest) return;
  throw ashlarError('ASH-UPSTREAM', { url: what, reason: 'what arrived does not have this digest' });
}

/** The token of `Bearer realm="…",service="…",scope="…"`; undefined when another kind of sign-in is asked for. */
async function tokenFor(challenge: string, upstream: Upstream): Promise<string | undefined> {
  if (!/^bearer\s/i.test(challenge)) return undefined;
  const fields = Object.fromEntries(
    [...challenge.matchAll(/\b(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!.toLowerCase(), value!]),
  );
  const realm = URL.parse(fields['realm'] ?? '');
  if (realm === null || (realm.protocol !== 'https:' && !upstream.origin.startsWith('http:')))
    return undefined;
  for (const name of ['service', 'scope']) {
    if (fields[name] !== undefined) realm.searchParams.set(name, fields[name]);
  }
  const isOwn = realm.origin === upstream.origin;
  const answer = await download(realm.href, upstream, {
    limit: limits.manifest.value,
    authorization: isOwn ? upstream.authorization : undefined,
  });
  if (answer.status !== 200) return undefined;
  const { token, access_token: other } = jsonOf(answer.body) as { token?: unknown; access_token?: unknown };
  const found = token ?? other;
  return typeof found === 'string' && /^[\x21-\x7e]+$/.test(found) ? found : undefined;
}

function bodyOf({ status, body }: HttpResponse, url: string, { host }: Upstream): Buffer {
  if (status === 200) return body;
  const said = firstMessage(body);
  if (status === 401 || status === 403) {
    if (said !== undefined && status === 403) {
      throw ashlarError('ASH-REFERENCE-REFUSED', { ref: url, reason: said.replace(/\.$/, '') });
    }
    throw ashlarError('ASH-UPSTREAM-DENIED', { url, host });
  }
  if (status === 404) {
    throw ashlarError('ASH-REFERENCE-UNKNOWN', {
      ref: url,
      reason: `${host} has nothing there that you may read`,
    });
  }
  throw ashlarError('ASH-UPSTREAM', { url, reason: `it answers with status ${status}` });
}

/** What a registry says in the form of the OCI specification. */
function firstMessage(body: Buffer): string | undefined {
  const { errors } = jsonOf(body) as { errors?: { message?: unknown }[] };
  const message = Array.isArray(errors) ? errors[0]?.message : undefined;
  return typeof message === 'string' && message !== '' ? message.slice(0, 500) : undefined;
}

function jsonOf(body: Buffer): object {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
