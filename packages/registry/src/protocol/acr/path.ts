import { ashlarError, isTag, parseDigest, parseRepository, type Repository } from '@ashlar/core';

/** Every path below `/acr/v1/` besides the catalogue, by what it names. */
export const pathTemplates = {
  repository: '/acr/v1/:repository',
  manifests: '/acr/v1/:repository/_manifests',
  manifest: '/acr/v1/:repository/_manifests/:digest',
  tags: '/acr/v1/:repository/_tags',
  tag: '/acr/v1/:repository/_tags/:tag',
} as const;

/** What a path below `/acr/v1/` names, besides the catalogue. */
export interface AcrPath {
  readonly repository: Repository;
  readonly kind: keyof typeof pathTemplates;
  /** The digest of a manifest or the name of a tag; empty for all others. */
  readonly reference: string;
}

/**
 * Reads the raw path of a request. No segment of a repository name starts with `_`, so `_manifests` and `_tags` end
 * the name; escapes are decoded once, before that, because the Azure SDK writes `%2F` and `%3A`.
 * @throws ASH-ROUTE-UNKNOWN ASH-REPOSITORY-INVALID ASH-ADDRESS-INVALID ASH-DIGEST-INVALID ASH-REFERENCE-INVALID
 */
export function parseAcrPath(rawPath: string): AcrPath {
  const path = decode(rawPath);
  const [, name, list, reference] =
    /^\/acr\/v1\/([^_].*?)(?:\/_(manifests|tags)(?:\/([^/]+))?)?$/.exec(path) ?? [];
  if (name === undefined) throw ashlarError('ASH-ROUTE-UNKNOWN', { path: path.slice(0, 200) });
  const repository = parseRepository(name);
  if (list === undefined) return { repository, kind: 'repository', reference: '' };
  if (reference === undefined) return { repository, kind: list as 'manifests' | 'tags', reference: '' };
  if (list === 'manifests') return { repository, kind: 'manifest', reference: parseDigest(reference) };
  if (!isTag(reference)) throw ashlarError('ASH-REFERENCE-INVALID', { reference: reference.slice(0, 200) });
  return { repository, kind: 'tag', reference };
}

function decode(rawPath: string): string {
  try {
    return decodeURIComponent(rawPath);
  } catch (cause) {
    throw ashlarError('ASH-REQUEST-INVALID', { reason: 'the path holds a broken escape' }, { cause });
  }
}
