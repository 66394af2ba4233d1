import { describe, expect, it } from 'vitest';

import { blobPart, digest, manifest, now, refusal, repository, versionRow } from './example.ts';
import type { SuitePlace } from './place.ts';

export function deletionSuite(place: SuitePlace): void {
  const { addBlobs, publish, push, content } = place;

  describe('deletion', () => {
    it('of a tag in a plain repository leaves the manifest and its blobs', async () => {
      await addBlobs([1], 'plain/x');
      await push(10, 'plain/x', { parts: [blobPart(1)], tags: ['a', 'b'] });
      await place.store.command.deleteTag({ now, repository: 'plain/x', tag: 'a' });
      await place.store.command.deleteTag({ now, repository: 'plain/x', tag: 'b' });

      expect(await place.store.query.listTags({ repository: 'plain/x' })).toEqual([]);
      expect(
        await place.store.query.findManifest({ repository: 'plain/x', digest: digest(10) }),
      ).toBeDefined();
      expect(await place.store.query.findBlob({ repository: 'plain/x', digest: digest(1) })).toBeDefined();
    });

    it('of a manifest in a plain repository takes its tags, and leaves its blobs', async () => {
      await addBlobs([1], 'plain/x');
      await push(10, 'plain/x', { parts: [blobPart(1)], tags: ['a', 'b'] });
      await place.store.command.deleteManifest({
        now,
        repository: 'plain/x',
        digest: digest(10),
        kind: 'plain',
      });

      expect(await place.store.query.listTags({ repository: 'plain/x' })).toEqual([]);
      expect(
        await place.store.query.findManifest({ repository: 'plain/x', digest: digest(10) }),
      ).toBeUndefined();
      expect(await place.store.query.findBlob({ repository: 'plain/x', digest: digest(1) })).toBeDefined();
    });

    it('of a version takes the blobs that nothing else names', async () => {
      await publish('1.0.0', 10, [1, 2, 3]);
      await publish('2.0.0', 11, [2], { contentDigest: digest(901) });
      await place.store.command.putManifest(manifest(12, { parts: [blobPart(3)], subject: digest(10) }));
      await place.store.command.deleteTag({ now, repository, tag: '1.0.0', version: '1.0.0' });
      const sizes = await Promise.all(
        [1, 2, 3].map(async (n) => await place.store.query.findBlob({ repository, digest: digest(n) })),
      );

      expect(sizes).toEqual([undefined, { size: 10, revoked: null }, { size: 10, revoked: null }]);
      expect((await content()).tags).toEqual(['2.0.0']);
      expect(await place.store.query.listReferrers({ repository, subject: digest(10) })).toHaveLength(1);
    });

    it('of one of two versions of a digest leaves the other whole', async () => {
      await publish('1.0.0', 10);
      await publish('1.0.1', 10);
      await place.store.command.deleteTag({ now, repository, tag: '1.0.0', version: '1.0.0' });

      expect((await content()).versions).toEqual([versionRow('1.0.1', 10)]);
      expect((await content()).tags).toEqual(['1.0.1']);
      expect(await place.store.query.findBlob({ repository, digest: digest(1) })).toBeDefined();
      expect(await publish('1.0.0', 10)).toEqual({ changed: ['1.0.0'] });
    });

    it('of a digest takes all its versions', async () => {
      await publish('1.0.0', 10);
      await publish('1.0.1', 10);
      await place.store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });

      expect(await content()).toEqual({ versions: [], tags: [], manifests: [], sizes: new Map() });
      expect(await place.store.query.findBlob({ repository, digest: digest(1) })).toBeUndefined();
    });

    it('of a repository leaves the tombstones of its versions', async () => {
      await publish('1.0.0', 10);
      await push(10, 'plain/x', { tags: ['a'] });
      await place.store.command.deleteRepository({ now, repository });
      await place.store.command.deleteRepository({ now, repository: 'plain/x' });

      expect(await content()).toEqual({ versions: [], tags: [], manifests: [], sizes: new Map() });
      expect(await place.store.query.findBlob({ repository, digest: digest(1) })).toBeUndefined();
      expect(await place.store.query.findRepository('plain/x')).toBeUndefined();
      expect(await refusal(publish('1.0.0', 11))).toMatchObject({ code: 'ASH-VERSION-DELETED' });
      expect(await push(11, 'plain/x', { tags: ['a'] })).toEqual({ changed: ['a'] });
    });

    it('of what is not there is refused', async () => {
      await push(10, 'plain/x', { tags: ['a'] });
      const { command } = place.store;

      expect(await refusal(command.deleteTag({ now, repository: 'plain/x', tag: 'b' }))).toEqual({
        code: 'ASH-MANIFEST-UNKNOWN',
        name: 'plain/x',
        reference: 'b',
      });
      expect(
        await refusal(command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' })),
      ).toEqual({ code: 'ASH-MANIFEST-UNKNOWN', name: repository, reference: digest(10) });
      expect(await refusal(command.deleteRepository({ now, repository: 'plain/y' }))).toEqual({
        code: 'ASH-REPOSITORY-UNKNOWN',
        name: 'plain/y',
      });
    });
  });
}
