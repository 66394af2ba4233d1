import { AshlarError, type Digest, parseDigest, parseRepository, type Repository } from '@ashlar/core';

/** What a path below `/v2/` names. */
export type OciPath =
  | { readonly kind: 'ping' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'tags'; readonly repository: Repository }
  | { readonly kind: 'manifest'; readonly repository: Repository; readonly reference: string }
  | { readonly kind: 'blob'; readonly repository: Repository; readonly digest: Digest }
  | { readonly kind: 'referrers'; readonly repository: Repository; readonly digest: Digest }
  | { readonly kind: 'uploads'; readonly repository: Repository }
  | { readonly kind: 'upload'; readonly repository: Repository; readonly ticket: string };

/**
 * Reads the raw path of a request. Repository names hold slashes and may hold words such as `blobs`, so the shape is
 * found from the end; escapes are decoded once, before that, because the Azure SDK writes `%2F` and `%3A`.
 * @returns undefined when there is no such endpoint
 * @throws ASH-REPOSITORY-INVALID ASH-ADDRESS-INVALID ASH-NAMESPACE-INVALID ASH-DIGEST-INVALID ASH-REQUEST-INVALID
 */
export function parseOciPath(rawPath: string): OciPath | undefined {
  const path = decode(rawPath);
  if (path === '/v2' || path === '/v2/') return { kind: 'ping' };
  if (!path.startsWith('/v2/')) return undefined;
  if (path === '/v2/_catalog') return { kind: 'catalog' };
  const segments = path.slice('/v2/'.length).split('/');
  const last = segments.at(-1)!;
  const name = (fromEnd: number) => parseRepository(segments.slice(0, -fromEnd).join('/'));

  if (segments.length >= 4 && ends(segments, 'blobs', 'uploads', ''))
    return { kind: 'uploads', repository: name(3) };
  if (segments.length >= 3 && ends(segments, 'tags', 'list')) return { kind: 'tags', repository: name(2) };
  if (segments.length >= 4 && segments.at(-3) === 'blobs' && segments.at(-2) === 'uploads') {
    return { kind: 'upload', repository: name(3), ticket: last };
  }
  if (segments.length < 3) return undefined;
  switch (segments.at(-2)) {
    case 'manifests':
      return { kind: 'manifest', repository: name(2), reference: parseReference(last) };
    case 'blobs':
      if (last === 'uploads') return { kind: 'uploads', repository: name(2) };
      return { kind: 'blob', repository: name(2), digest: parseDigest(last) };
    case 'referrers':
      return { kind: 'referrers', repository: name(2), digest: parseDigest(last) };
    default:
      return undefined;
  }
}

/**
 * A digest, or what should be a tag: under a text that cannot be one nothing is found, which is 404 and not 400; a
 * push checks it. @throws ASH-DIGEST-INVALID
 */
function parseReference(text: string): string {
  return text.includes(':') ? parseDigest(text) : text.slice(0, 200);
}

function ends(segments: readonly string[], ...tail: string[]): boolean {
  return tail.every((segment, i) => segments[segments.length - tail.length + i] === segment);
}

function decode(rawPath: string): string {
  try {
    return decodeURIComponent(rawPath);
  } catch (cause) {
    throw new AshlarError(
      { code: 'ASH-REQUEST-INVALID', params: { reason: 'the path holds a broken escape' } },
      { cause },
    );
  }
}
