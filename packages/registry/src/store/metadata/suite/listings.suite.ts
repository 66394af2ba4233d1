import { describe, expect, it } from 'vitest';

import { digest, manifest, now, repository } from './example.ts';
import type { SuitePlace } from './place.ts';

export function listingsSuite(place: SuitePlace): void {
  const { addBlobs, publish, push } = place;

  describe('listings', () => {
    const names = ['Z', '_', 'a', 'A.1', 'a-1', 'a.1', 'a_1', 'a1', 'b', '0', '10', '9'];
    const ascii = ['0', '10', '9', 'A.1', 'Z', '_', 'a', 'a-1', 'a.1', 'a1', 'a_1', 'b'];

    it('give tags in ASCII order, in pages without gaps', async () => {
      await push(10, 'plain/x', { tags: names });
      const { listTags } = place.store.query;
      expect(await listTags({ repository: 'plain/x' })).toEqual(ascii);

      for (const limit of [1, 2, 5, 12, 100]) {
        const seen: string[] = [];
        let page = await listTags({ repository: 'plain/x', limit });
        while (page.length > 0) {
          seen.push(...page);
          page = await listTags({ repository: 'plain/x', after: seen.at(-1), limit });
        }
        expect(seen).toEqual(ascii);
      }
      expect(await listTags({ repository: 'plain/x', limit: 0 })).toEqual([]);
      expect(await listTags({ repository: 'plain/x', after: 'a-0', limit: 1 })).toEqual(['a-1']);
      expect(await listTags({ repository: 'plain/x', after: 'zzz' })).toEqual([]);
      expect(await listTags({ repository: 'plain/none' })).toEqual([]);
    });

    it('give repositories in ASCII order, in pages, within namespaces', async () => {
      const all = ['a/b', 'a/b-c', 'a/b.c', 'a/b/c', 'a/b_c', 'b/a', 'c-d/a'];
      for (const name of all.toReversed()) await push(10, name);
      await addBlobs([1], 'a/without-manifest');
      const { listRepositories } = place.store.query;
      const namespaces = ['a', 'c-d', 'none'];

      expect(await listRepositories({ namespaces: undefined })).toEqual(all);
      expect(await listRepositories({ namespaces: undefined, after: 'a/b', limit: 2 })).toEqual([
        'a/b-c',
        'a/b.c',
      ]);
      expect(await listRepositories({ namespaces })).toEqual(all.filter((name) => name !== 'b/a'));
      expect(await listRepositories({ namespaces, after: 'a/b_c', limit: 1 })).toEqual(['c-d/a']);
      expect(await listRepositories({ namespaces, limit: 0 })).toEqual([]);
      expect(await listRepositories({ namespaces: [] })).toEqual([]);
    });

    it('take more namespaces than a statement has variables', async () => {
      await publish('1.0.0', 10);
      await push(11, 'zoo/x');
      const namespaces = ['contoso', ...Array.from({ length: 40_000 }, (_, i) => `n${i}`), 'zoo'];

      expect(await place.store.query.listRepositories({ namespaces })).toEqual([repository, 'zoo/x']);
      expect(await place.store.query.listRepositories({ namespaces, limit: 1 })).toEqual([repository]);
      expect((await place.store.query.listModules({ namespaces, limit: 1 })).length).toBe(1);
    });

    it('show a module repository while it has a version to offer', async () => {
      const listed = async () => await place.store.query.listRepositories({ namespaces: undefined });
      await place.store.command.putManifest(manifest(20, { subject: digest(10) }));
      expect(await listed()).toEqual([]);
      await publish('1.0.0', 10);
      expect(await listed()).toEqual([repository]);
      await place.store.command.setState({ repository, version: '1.0.0', to: 'revoked' });
      expect(await listed()).toEqual([]);
      await place.store.command.setState({ repository, version: '1.0.0', to: 'reinstated' });
      await place.store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });
      expect(await listed()).toEqual([]);
    });

    it('leave the tags of revoked versions out, and no others', async () => {
      await publish('1.0.0', 10, [1]);
      await publish('1.0.0+b.1', 10, [1]);
      await publish('2.0.0', 11, [2], { contentDigest: digest(901) });
      await place.store.command.putManifest(
        manifest(12, { tags: [`sha256-${'0'.repeat(64)}`], subject: digest(10) }),
      );
      await place.store.command.setState({ repository, version: '1.0.0+b.1', to: 'revoked' });
      await place.store.command.setState({ repository, version: '2.0.0', to: 'deprecated' });

      expect(await place.store.query.listTags({ repository })).toEqual([
        '1.0.0',
        '2.0.0',
        `sha256-${'0'.repeat(64)}`,
      ]);
      const { findTagRow, listTagsByDigest } = place.store.query;
      expect(await findTagRow({ repository, tag: '1.0.0_b.1' })).toBe(undefined);
      expect(await findTagRow({ repository, tag: '2.0.0' })).toMatchObject({ digest: digest(11) });
      const ofFirst = { repository, first: digest(10), last: digest(10), after: undefined, limit: 100 };
      expect(await listTagsByDigest(ofFirst)).toMatchObject([
        { name: '1.0.0', revoked: 0 },
        { name: '1.0.0_b.1', revoked: 1 },
      ]);
    });
  });
}
