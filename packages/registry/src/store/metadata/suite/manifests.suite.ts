import { describe, expect, it } from 'vitest';

import type { ManifestInput, ManifestPart } from '../command/index.ts';
import { manifestKey } from '../manifest-key.ts';
import {
  blobPart,
  digest,
  later,
  manifest,
  manifestPart,
  manifestRow,
  now,
  refusal,
  repository,
} from './example.ts';
import type { SuitePlace } from './place.ts';

export function manifestsSuite(place: SuitePlace): void {
  const { addBlobs, push } = place;

  describe('manifests', () => {
    it('are stored with all that is known about them', async () => {
      await addBlobs([1], 'plain/x');
      const input = {
        parts: [blobPart(1)],
        tags: ['latest', 'v1'],
        subject: digest(7),
        referrerType: 'application/sig',
        annotations: '{"a":"ä"}',
      };

      expect(await push(10, 'plain/x', input)).toEqual({ changed: ['latest', 'v1'] });
      expect(await push(10, 'plain/x', { ...input, now: later })).toEqual({ changed: [] });
      expect(await place.store.query.findManifest({ repository: 'plain/x', digest: digest(10) })).toEqual(
        manifestRow(10, {
          repository: 'plain/x',
          subject: digest(7),
          referrer_type: 'application/sig',
          annotations_size: 10,
        }),
      );
      const manifests = [{ repository: 'plain/x', digest: digest(10) }];
      const annotations = new Map([[manifestKey(manifests[0]!), '{"a":"ä"}']]);
      expect(await place.store.query.listAnnotations({ manifests, atMost: 10 })).toEqual(annotations);
      expect(await place.store.query.listAnnotations({ manifests, atMost: 9 })).toEqual(new Map());
      expect(await place.store.query.listAnnotations({ manifests: [], atMost: 10 })).toEqual(new Map());
      expect(await place.store.query.findTag({ repository: 'plain/x', tag: 'v1' })).toBe(digest(10));
      expect(await place.store.query.findTag({ repository: 'plain/x', tag: 'V1' })).toBeUndefined();
      expect(await place.store.query.findManifest({ repository, digest: digest(10) })).toBeUndefined();
    });

    it('are found by a list of digests, however long', async () => {
      for (const number of [10, 11, 12]) await push(number, 'plain/x');
      await push(13, 'plain/y');
      const digests = [
        ...Array.from({ length: 1200 }, (_, i) => digest(100 + i)),
        digest(10),
        digest(12),
        digest(13),
      ];

      const found = await place.store.query.findManifests({ repository: 'plain/x', digests });
      expect(found.map((row) => row.digest).toSorted()).toEqual([digest(10), digest(12)].toSorted());
      expect(await place.store.query.findManifests({ repository: 'plain/x', digests: [] })).toEqual([]);
    });

    it('are listed with their tags and the bytes of their blobs', async () => {
      await addBlobs([1, 2], 'plain/x');
      await push(10, 'plain/x', { parts: [blobPart(1), blobPart(2)], tags: ['b', 'a'], now: later });
      await push(11, 'plain/x');
      await push(12, 'plain/x', { tags: ['c'] });
      const { listManifests, listTagsByDigest, listTagRows, findTagRow } = place.store.query;
      const tag = (name: string, n: number, at: number) => ({ name, digest: digest(n), updated_at: at });
      const [a, b, c] = [tag('a', 10, later), tag('b', 10, later), tag('c', 12, now)] as const;
      const at = { repository: 'plain/x', limit: 100 };
      const all = { ...at, first: digest(10), last: digest(12), after: undefined };

      const manifests = (await listManifests(at)).map((row) => row.digest);
      expect(manifests).toEqual([digest(10), digest(11), digest(12)]);
      expect(await listManifests({ ...at, after: digest(10), limit: 1 })).toMatchObject([
        { digest: digest(11) },
      ]);
      expect(await listTagsByDigest(all)).toEqual([a, b, c].map((row) => ({ ...row, revoked: 0 })));
      expect(await listTagsByDigest({ ...all, after: a, limit: 1 })).toMatchObject([b]);
      expect(await listTagsByDigest({ ...all, after: b })).toMatchObject([c]);
      expect(await listTagsByDigest({ ...all, last: digest(11), after: b })).toEqual([]);
      expect(await listTagsByDigest({ ...all, first: digest(11) })).toMatchObject([c]);
      expect(await listTagRows({ ...at, after: undefined })).toEqual([a, b, c]);
      expect(await listTagRows({ ...at, after: 'a', limit: 1 })).toEqual([b]);
      expect(await findTagRow({ repository: 'plain/x', tag: 'c' })).toEqual(c);
      expect(await findTagRow({ repository: 'plain/x', tag: 'd' })).toBe(undefined);
      const sizes = async (...manifests: string[]) =>
        await place.store.query.blobSizes({ repository: 'plain/x', manifests });
      expect(await sizes(digest(10), digest(11))).toEqual(new Map([[digest(10), 20]]));
      expect(await sizes(digest(11))).toEqual(new Map());
      expect(await sizes()).toEqual(new Map());
    });

    it.each<[string, ManifestPart, unknown]>([
      ['a blob that is not there', blobPart(2), { code: 'ASH-MANIFEST-PARTS', digest: digest(2) }],
      ['a manifest that is not there', manifestPart(1), { code: 'ASH-MANIFEST-PARTS', digest: digest(1) }],
      [
        'a blob of another size',
        blobPart(1, 11, false),
        {
          code: 'ASH-MANIFEST-INVALID',
          reason: `it states a size of 11 bytes for ${digest(1)}, which has 10`,
        },
      ],
      [
        'a manifest of another size',
        manifestPart(9, 99),
        {
          code: 'ASH-MANIFEST-INVALID',
          reason: `it states a size of 99 bytes for ${digest(9)}, which has 100`,
        },
      ],
    ])('that name %s are refused', async (_, part, expected) => {
      await addBlobs([1]);
      await place.store.command.putManifest(manifest(9));

      expect(
        await refusal(place.store.command.putManifest(manifest(10, { parts: [part], tags: ['1.0.0'] }))),
      ).toEqual(expected);
      expect(await place.store.query.findManifest({ repository, digest: digest(10) })).toBeUndefined();
      expect(await place.store.query.listTags({ repository })).toEqual([]);
    });

    it('may name what is missing where that is allowed, and a part twice', async () => {
      const parts = [blobPart(1, 10, false), blobPart(1, 10, false), manifestPart(1, 10, false)];
      await push(10, 'plain/x', { parts });

      expect(
        await place.store.query.findManifest({ repository: 'plain/x', digest: digest(10) }),
      ).toBeDefined();
    });

    it('bring blobs along, or leave none of them behind', async () => {
      const blobs = [1, 2].map((n) => ({ digest: digest(n), size: 10 }));
      const parts = [blobPart(1), blobPart(2)];
      const blob = async (n: number) => await place.store.query.findBlob({ repository, digest: digest(n) });

      expect(
        await refusal(
          place.store.command.putManifest(manifest(10, { parts: [...parts, blobPart(3)], blobs })),
        ),
      ).toEqual({ code: 'ASH-MANIFEST-PARTS', digest: digest(3) });
      expect([await blob(1), await blob(2)]).toEqual([undefined, undefined]);
      await addBlobs([1]);
      await place.store.command.putManifest(manifest(10, { parts, blobs }));
      expect([await blob(1), await blob(2)]).toEqual([
        { size: 10, revoked: null },
        { size: 10, revoked: null },
      ]);
    });

    it('may have more parts than a statement has variables', async () => {
      const numbers = Array.from({ length: 40_000 }, (_, i) => i + 1);
      const parts = numbers.map((n) => blobPart(n, 10, false));

      expect(await push(50_000, 'plain/x', { parts, tags: ['big'] })).toEqual({ changed: ['big'] });
      expect(await refusal(push(50_001, 'plain/x', { parts: [...parts, blobPart(60_000)] }))).toEqual({
        code: 'ASH-MANIFEST-PARTS',
        digest: digest(60_000),
      });
      await place.store.command.deleteManifest({
        now,
        repository: 'plain/x',
        digest: digest(50_000),
        kind: 'plain',
      });
      expect(await place.store.query.listTags({ repository: 'plain/x' })).toEqual([]);
    });

    it.each<[string, Pick<ManifestInput, 'tags' | 'ifMatch' | 'ifNoneMatch'>, string | undefined]>([
      ['a new tag, if there is none', { tags: ['new'], ifNoneMatch: true }, undefined],
      ['a tag that exists, if there is none', { tags: ['old'], ifNoneMatch: true }, 'old'],
      ['one of two that exists, if there is none', { tags: ['new', 'old'], ifNoneMatch: true }, 'old'],
      ['a new digest, if there is none', { tags: [], ifNoneMatch: true }, undefined],
      ['a tag, if it points there', { tags: ['old'], ifMatch: [digest(8), digest(10)] }, undefined],
      ['a tag, if it points elsewhere', { tags: ['old'], ifMatch: [digest(8)] }, 'old'],
      ['a new tag, if it points there', { tags: ['new'], ifMatch: [digest(10)] }, 'new'],
      ['a tag, if it points at nothing at all', { tags: ['old'], ifMatch: [] }, 'old'],
      ['a tag, if it points anywhere', { tags: ['old'], ifMatch: ['*'] }, undefined],
      ['a new tag, if it points anywhere', { tags: ['new'], ifMatch: ['*'] }, 'new'],
    ])('are conditional: %s', async (_, condition, refused) => {
      await push(10, 'plain/x', { tags: ['old'] });
      const running = push(11, 'plain/x', condition);

      if (refused === undefined) expect(await running).toEqual({ changed: [...condition.tags] });
      else
        expect(await refusal(running)).toEqual({
          code: 'ASH-PRECONDITION',
          name: 'plain/x',
          reference: refused,
        });
    });

    it('are conditional: an old digest, if there is none', async () => {
      await push(10, 'plain/x');

      expect(await refusal(push(10, 'plain/x', { ifNoneMatch: true }))).toEqual({
        code: 'ASH-PRECONDITION',
        name: 'plain/x',
        reference: digest(10),
      });
    });

    it('move tags, unless the namespace is immutable', async () => {
      await push(10, 'plain/x', { tags: ['a', 'b'] });
      expect(await push(11, 'plain/x', { tags: ['a', 'c'], now: later })).toEqual({ changed: ['a', 'c'] });
      expect(await push(11, 'plain/x', { tags: ['a', 'b'] })).toEqual({ changed: ['b'] });

      await place.store.command.updateNamespace({ name: 'plain', immutable: true });
      expect(await push(11, 'plain/x', { tags: ['a'] })).toEqual({ changed: [] });
      expect(await refusal(push(12, 'plain/x', { tags: ['d', 'a'] }))).toEqual({
        code: 'ASH-TAG-IMMUTABLE',
        name: 'plain/x',
        tag: 'a',
      });
      expect(await place.store.query.listTags({ repository: 'plain/x' })).toEqual(['a', 'b', 'c']);
      expect(
        await place.store.query.findManifest({ repository: 'plain/x', digest: digest(12) }),
      ).toBeUndefined();
    });

    it('are listed as referrers of a subject, by digest, by type, in pages', async () => {
      const subject = digest(7);
      for (const n of [13, 11, 12, 10]) {
        await push(n, 'plain/x', { subject, referrerType: n === 11 ? 'b' : 'a' });
      }
      await push(14, 'plain/x', { subject: digest(8) });
      await push(15, 'plain/y', { subject });
      const list = async (more: object) =>
        (await place.store.query.listReferrers({ repository: 'plain/x', subject, ...more })).map(
          (row) => row.digest,
        );

      expect(await list({})).toEqual([10, 11, 12, 13].map(digest));
      expect(await list({ type: 'a' })).toEqual([10, 12, 13].map(digest));
      expect(await list({ type: 'c' })).toEqual([]);
      expect(await list({ after: digest(10), limit: 2 })).toEqual([11, 12].map(digest));
      expect(await list({ after: digest(10), limit: 1, type: 'a' })).toEqual([digest(12)]);
    });
  });
}
