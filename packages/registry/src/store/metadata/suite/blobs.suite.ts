import { describe, expect, it } from 'vitest';

import { digest, inRepository, later, manifest, now, refusal, repository } from './example.ts';
import type { SuitePlace } from './place.ts';

export function blobsSuite(place: SuitePlace): void {
  const { addBlobs, publish } = place;

  describe('blobs', () => {
    it('make their repository, and an administrator its namespace', async () => {
      await place.store.command.addBlob({ now, repository: inRepository(), digest: digest(1), size: 10 });
      await place.store.command.addBlob({
        now: later,
        repository: inRepository(),
        digest: digest(1),
        size: 99,
      });

      expect(await place.store.query.findRepository(repository)).toEqual({
        name: repository,
        namespace: 'contoso',
        kind: 'module',
        created_at: now,
      });
      expect(await place.store.query.findNamespace('contoso')).toMatchObject({
        visibility: 'private',
        created_at: now,
      });
      expect(await place.store.query.findBlob({ repository, digest: digest(1) })).toEqual({
        size: 10,
        revoked: null,
      });
      expect(await place.store.query.findBlob({ repository, digest: digest(2) })).toBeUndefined();
      expect(await place.store.query.findBlob({ repository: 'other', digest: digest(1) })).toBeUndefined();
    });

    it('of who may not create the namespace are refused, and leave nothing', async () => {
      const input = { now, repository: inRepository(repository, false), digest: digest(1), size: 10 };

      expect(await refusal(place.store.command.addBlob(input))).toEqual({
        code: 'ASH-NAMESPACE-UNKNOWN',
        name: 'contoso',
      });
      expect(
        await refusal(place.store.command.putManifest(manifest(2, { repository: input.repository }))),
      ).toEqual({
        code: 'ASH-NAMESPACE-UNKNOWN',
        name: 'contoso',
      });
      expect(await place.store.query.findRepository(repository)).toBeUndefined();
      expect(await place.store.query.listNamespaces(undefined)).toEqual([]);
    });

    it('are found in every repository of some namespaces that shows them, by name', async () => {
      for (const name of ['b/x', 'a/x', 'c/x', 'd/x']) await addBlobs([1], name);
      await addBlobs([2], 'a/y');
      const found = async (n: number, ...namespaces: string[]) =>
        await place.store.query.repositoriesWithBlob({ digest: digest(n), namespaces, limit: 2 });

      expect(await found(1, 'd', 'c', 'b')).toEqual([
        { name: 'b/x', namespace: 'b' },
        { name: 'c/x', namespace: 'c' },
      ]);
      expect(await found(1, 'd', 'z')).toEqual([{ name: 'd/x', namespace: 'd' }]);
      expect(await found(1)).toEqual([]);
      expect(await found(3, 'a', 'b')).toEqual([]);
    });

    it('are deleted, but not under a live version', async () => {
      await publish('1.0.0', 10, [1]);
      await addBlobs([2]);

      expect(await refusal(place.store.command.deleteBlob({ repository, digest: digest(1) }))).toEqual({
        code: 'ASH-BLOB-IN-USE',
        digest: digest(1),
        address: repository,
      });
      await place.store.command.deleteBlob({ repository, digest: digest(2) });
      expect(await refusal(place.store.command.deleteBlob({ repository, digest: digest(2) }))).toEqual({
        code: 'ASH-BLOB-UNKNOWN',
        digest: digest(2),
      });
    });
  });
}
