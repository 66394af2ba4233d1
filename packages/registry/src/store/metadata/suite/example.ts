import { AshlarError } from '@ashlar/core';

import type { ManifestInput, ManifestPart, Publication } from '../command/index.ts';
import type { ManifestRow, VersionRow } from '../query/index.ts';

/** What the suite puts into a store, and what it finds there then. */

export const now = Date.UTC(2026, 7, 21);
export const later = now + 1000;
export const repository = 'terraform/contoso/net/azurerm';

/** A digest that is told apart by a number. */
export const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;
export const inRepository = (name: string = repository, createNamespace = true) => ({
  name,
  namespace: name.split('/')[/^(?:bicep|terraform)\//.test(name) ? 1 : 0]!,
  kind: /^(?:bicep|terraform)\//.test(name) ? ('module' as const) : ('plain' as const),
  createNamespace,
});
export const blobPart = (n: number, size = 10, required = true): ManifestPart => ({
  kind: 'blob',
  digest: digest(n),
  size,
  required,
});
export const manifestPart = (n: number, size = 100, required = true): ManifestPart => ({
  kind: 'manifest',
  digest: digest(n),
  size,
  required,
});

export const publication = (versions: readonly string[], more: Partial<Publication> = {}): Publication => ({
  language: 'terraform',
  address: 'terraform/Contoso/Net/azurerm',
  class: null,
  versions,
  contentDigest: digest(900),
  archive: { digest: digest(1), size: 10 },
  description: 'A network',
  documentation: 'https://example.com/net',
  readme: '# Net',
  publishedBy: 'token one',
  ...more,
});

export const manifest = (n: number, more: Partial<ManifestInput> = {}): ManifestInput => ({
  now,
  repository: inRepository(),
  digest: digest(n),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  size: 100,
  referrerType: null,
  subject: null,
  annotations: '{}',
  parts: [],
  tags: [],
  ...more,
});

export const manifestRow = (n: number, more: Partial<ManifestRow> = {}): ManifestRow => ({
  repository,
  digest: digest(n),
  media_type: 'application/vnd.oci.image.manifest.v1+json',
  size: 100,
  referrer_type: null,
  subject: null,
  annotations_size: 2,
  created_at: now,
  ...more,
});

export const versionRow = (version: string, n: number, more: Partial<VersionRow> = {}): VersionRow => ({
  repository,
  version,
  digest: digest(n),
  content_digest: digest(900),
  archive_digest: digest(1),
  archive_size: 10,
  description: 'A network',
  documentation: 'https://example.com/net',
  state: 'admitted',
  reason: null,
  link: null,
  replacement: null,
  sunset_at: null,
  previous: null,
  published_at: now,
  published_by: 'token one',
  deleted_at: null,
  ...more,
});

export const token = (id: string, parent: string | null = null) => ({
  now,
  id,
  hash: `hash of ${id}`,
  name: `token ${id}`,
  scopes: '["read:*"]',
  parent,
  expiresAt: null,
});

export const tokenRow = (id: string, parent: string | null = null) => ({
  id,
  hash: `hash of ${id}`,
  name: `token ${id}`,
  scopes: '["read:*"]',
  parent,
  created_at: now,
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
});

/** What a command was refused with; a test that expects a refusal fails when there is none. */
export async function refusal(running: Promise<unknown>): Promise<unknown> {
  const error: unknown = await running.then(
    () => 'it was not refused',
    (reason: unknown) => reason,
  );
  return error instanceof AshlarError ? { code: error.code, ...(error.params as object) } : error;
}
