import { describe, expect, it } from 'vitest';

import { blobPart, digest, inRepository, later, manifest, now, refusal, repository } from './example.ts';
import type { SuitePlace } from './place.ts';

export function collectionSuite(place: SuitePlace): void {
  const { addBlobs } = place;

  describe('collection', () => {
    const held = (n: number, leasedAt: number, isNamed: boolean, name = repository) => ({
      repository: name,
      digest: digest(n),
      size: 10,
      leased_at: leasedAt,
      isNamed,
    });
    const image = 'contoso/image';

    it('knows what repositories hold and whether a manifest names it', async () => {
      await addBlobs([1, 2]);
      await place.store.command.putManifest(manifest(100, { parts: [blobPart(1)], tags: [] }));
      await place.store.command.addBlob({
        now: later,
        repository: inRepository(image),
        digest: digest(1),
        size: 10,
      });
      const all = [held(1, later, false, image), held(1, now, true), held(2, now, false)];

      expect(await place.store.query.listHeldBlobs({ after: undefined, limit: 10 })).toEqual(all);
      expect(await place.store.query.listHeldBlobs({ after: undefined, limit: 2 })).toEqual(all.slice(0, 2));
      expect(await place.store.query.listHeldBlobs({ after: all[1], limit: 2 })).toEqual(all.slice(2));
      expect(await place.store.query.findNamedDigests({ digests: [1, 3, 100, 101].map(digest) })).toEqual(
        new Set([digest(1), digest(100)]),
      );
      expect(await place.store.query.findNamedDigests({ digests: [] })).toEqual(new Set());
      const named = [1, 2, 100].map((n) => ({ digest: digest(n), size: n === 100 ? 100 : 10 }));
      expect(await place.store.query.listNamedBlobs({ after: '', limit: 10 })).toEqual(named);
      expect(await place.store.query.listNamedBlobs({ after: digest(1), limit: 1 })).toEqual([named[1]]);
      expect(await place.store.query.listHolders({ digest: digest(1), limit: 10 })).toEqual([
        image,
        repository,
      ]);
      expect(await place.store.query.listHolders({ digest: digest(1), limit: 1 })).toEqual([image]);
    });

    it('takes blobs that no manifest names and nobody was promised since', async () => {
      await addBlobs([1, 2, 3]);
      await place.store.command.putManifest(manifest(100, { parts: [blobPart(1)], tags: [] }));
      await place.store.command.leaseBlob({ now: later, repository, digest: digest(3) });
      const blobs = [1, 2, 3, 4].map((n) => ({ repository, digest: digest(n) }));

      expect(await place.store.command.collectBlobs({ before: now, blobs })).toEqual({ collected: 0 });
      expect(await place.store.command.collectBlobs({ before: later, blobs })).toEqual({ collected: 1 });
      expect(await place.store.query.listHeldBlobs({ after: undefined, limit: 10 })).toEqual([
        held(1, now, true),
        held(3, later, false),
      ]);
    });

    it('renews a promise by an upload, never back in time, and only of what is there', async () => {
      await addBlobs([1]);
      const leasedAt = async () =>
        (await place.store.query.listHeldBlobs({ after: undefined, limit: 10 }))[0]!.leased_at;
      await place.store.command.addBlob({
        now: later,
        repository: inRepository(),
        digest: digest(1),
        size: 10,
      });
      expect(await leasedAt()).toBe(later);
      await place.store.command.leaseBlob({ now, repository, digest: digest(1) });
      expect(await leasedAt()).toBe(later);
      await place.store.command.leaseBlob({ now, repository, digest: digest(2) });
      expect(await place.store.query.findBlob({ repository, digest: digest(2) })).toBeUndefined();
    });

    it('keeps with a deleted version what was promised to another push meanwhile', async () => {
      await addBlobs([1, 2]);
      await place.store.command.putManifest(
        manifest(100, { now: later, parts: [blobPart(1), blobPart(2)], tags: ['1.0.0'] }),
      );
      await place.store.command.leaseBlob({ now: later + 1, repository, digest: digest(2) });
      await place.store.command.deleteManifest({
        now: later,
        repository,
        digest: digest(100),
        kind: 'module',
      });

      expect(await place.store.query.listHeldBlobs({ after: undefined, limit: 10 })).toEqual([
        held(2, later + 1, false),
      ]);
      const two = { repository, digest: digest(2) };
      const found = async () => [
        await place.store.query.findBlob(two),
        await place.store.query.findPushable(two),
      ];
      expect(await found()).toEqual([undefined, 10]);
      const everywhere = { digest: digest(2), namespaces: ['contoso'], limit: 10 };
      expect(await place.store.query.repositoriesWithBlob(everywhere)).toEqual([]);
      expect(await refusal(place.store.command.deleteBlob(two))).toMatchObject({ code: 'ASH-BLOB-UNKNOWN' });
      await place.store.command.putManifest(manifest(101, { parts: [blobPart(2)], tags: ['1.1.0'] }));
      expect(await found()).toEqual([{ size: 10, revoked: null }, 10]);
    });

    it('shows what is hidden to who uploads it again', async () => {
      await addBlobs([1]);
      await place.store.command.putManifest(manifest(100, { parts: [blobPart(1)], tags: ['1.0.0'] }));
      await place.store.command.leaseBlob({ now: later, repository, digest: digest(1) });
      await place.store.command.deleteManifest({
        now: later,
        repository,
        digest: digest(100),
        kind: 'module',
      });
      await addBlobs([1]);

      expect(await place.store.query.findBlob({ repository, digest: digest(1) })).toEqual({
        size: 10,
        revoked: null,
      });
      expect(await place.store.query.listHeldBlobs({ after: undefined, limit: 10 })).toEqual([
        held(1, later, false),
      ]);
    });
  });
}
