import { annotation, limits } from '@ashlar/core';
import type { FastifyRequest } from 'fastify';

import type { Registry } from '../../registry.ts';
import { manifestKey, type VersionRow } from '../../store/metadata/index.ts';

/** Bytes; in more annotations than any tool writes nobody looks for the source. */
const maxAnnotations = 64 * 1024;

type Named = Pick<VersionRow, 'repository' | 'digest'>;

/** The annotations of versions in which {@link sourceOf} looks, by {@link versionKey}; read for all of them at once. */
export async function sourceAnnotations(
  { metadata }: Registry,
  versions: readonly Named[],
): Promise<Map<string, string>> {
  return await metadata.query.listAnnotations({ manifests: versions, atMost: maxAnnotations });
}

export const versionKey: (version: Named) => string = manifestKey;

/**
 * Where a module comes from, for people and for update bots: the repository that its publisher named, else its
 * documentation, else its place on our own page. Always an http(s) address: bots ignore anything else.
 */
export function sourceOf(
  request: FastifyRequest,
  repository: string,
  version: Pick<VersionRow, 'documentation'> | undefined,
  annotations: string | undefined,
): string {
  const stated =
    annotations === undefined
      ? undefined
      : (JSON.parse(annotations) as Record<string, string>)[annotation.source];
  const own = `${request.externalUrl}/#${repository}`;
  return [stated, version?.documentation].find((text) => isWebAddress(text ?? '')) ?? own;
}

function isWebAddress(text: string): boolean {
  return text.length <= limits.webAddress.value && /^https?:\/\//i.test(text) && URL.canParse(text);
}
