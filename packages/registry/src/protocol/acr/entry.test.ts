import { parseRepository } from '@ashlar/core';
import { expect, it } from 'vitest';

import type { Registry } from '../../registry.ts';
import { listManifests } from './entry.ts';

it('lists a manifest with more tags than a call takes arguments, with the time of the last', async () => {
  const tags = Array.from({ length: 150_000 }, (_, n) => `t${n}`);
  const manifest = { digest: 'sha256:00', media_type: 'x/y', size: 1, created_at: 1 };
  const query = {
    listTaggedManifests: async () => tags.map((tag, n) => ({ ...manifest, tag, updated_at: 1000 + n })),
    listTags: async () => tags,
  };
  const registry = { metadata: { query } } as unknown as Registry;

  const entries = await listManifests(registry, parseRepository('contoso/image'));

  expect(entries).toMatchObject([{ time: 150_999, shown: { tags: { length: 150_000 } } }]);
});
