import { annotation, limits } from '@ashlar/core';
import type { FastifyRequest } from 'fastify';

import type { Registry } from '../../registry.ts';
import type { VersionRow } from '../../store/metadata/index.ts';

/**
 * Where a module comes from, for people and for update bots: the repository that its publisher named, else its
 * documentation, else its place on our own page. Always an http(s) address: bots ignore anything else.
 */
export async function sourceOf(
  registry: Registry,
  request: FastifyRequest,
  repository: string,
  version: VersionRow | undefined,
): Promise<string> {
  const manifest =
    version && (await registry.metadata.query.findManifest({ repository, digest: version.digest }));
  const stated = manifest && (JSON.parse(manifest.annotations) as Record<string, string>)[annotation.source];
  const own = `${request.externalUrl}/#${repository}`;
  return [stated, version?.documentation].find((text) => isWebAddress(text ?? '')) ?? own;
}

function isWebAddress(text: string): boolean {
  return text.length <= limits.webAddress.value && /^https?:\/\//i.test(text) && URL.canParse(text);
}
