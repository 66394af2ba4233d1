import { parseRepository } from '@ashlar/core';
import { expect, it } from 'vitest';

import type { Registry } from '../../registry.ts';
import type { TagRow } from '../../store/metadata/index.ts';
import { findListedManifest, showManifests } from './entry.ts';

it('shows a manifest with more tags than a call takes arguments, with the time of the last', async () => {
  const tags = Array.from({ length: 150_000 }, (_, n) => ({
    name: `${n}.0.0`,
    digest: 'sha256:00',
    updated_at: 1000 + n,
    revoked: 0,
  }));
  const query = {
    findManifest: async () => ({ digest: 'sha256:00', media_type: 'x/y', size: 1, created_at: 1 }),
    listTagsByDigest: async ({ after, limit }: { after: TagRow | undefined; limit: number }) => {
      const start = after === undefined ? 0 : after.updated_at - 999;
      return tags.slice(start, start + limit);
    },
    blobSizes: async () => new Map(),
  };
  const registry = { metadata: { query } } as unknown as Registry;
  const repository = parseRepository('contoso/image');

  const found = await findListedManifest(registry, repository, 'sha256:00');
  const [shown] = (await showManifests(registry, repository, [found!])) as { tags: string[] }[];

  expect(found).toMatchObject({ time: 150_999, offered: 150_000 });
  expect([shown!.tags.length, ...shown!.tags.slice(9, 11)]).toEqual([150_000, '9.0.0', '10.0.0']);
});
