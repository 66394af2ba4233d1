import { AshlarError } from '@ashlar/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ManifestInput, ManifestPart, ModelInput, Publication, StateInput } from './command/index.ts';
import type { MetadataStore } from './metadata-store.ts';
import { manifestKey } from './manifest-key.ts';
import type { ManifestRow, VersionRow } from './query/index.ts';

/** A store that starts empty. */
export interface MetadataStoreFixture {
  readonly store: MetadataStore;
  /** Runs SQL behind the store's back, as somebody with a shell would; rejects when the database refuses it. */
  execute(sql: string): Promise<unknown>;
  /** Closes the store and opens another one over the same data, as a restart does. */
  reopen(): Promise<MetadataStore>;
  /** Closes what is open and removes everything. */
  close(): Promise<void>;
}

const now = Date.UTC(2026, 7, 21);
const later = now + 1000;
const repository = 'terraform/contoso/net/azurerm';

/** A digest that is told apart by a number. */
const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;
const inRepository = (name: string = repository, createNamespace = true) => ({
  name,
  namespace: name.split('/')[/^(?:bicep|terraform)\//.test(name) ? 1 : 0]!,
  kind: /^(?:bicep|terraform)\//.test(name) ? ('module' as const) : ('plain' as const),
  createNamespace,
});
const blobPart = (n: number, size = 10, required = true): ManifestPart => ({
  kind: 'blob',
  digest: digest(n),
  size,
  required,
});
const manifestPart = (n: number, size = 100, required = true): ManifestPart => ({
  kind: 'manifest',
  digest: digest(n),
  size,
  required,
});

const publication = (versions: readonly string[], more: Partial<Publication> = {}): Publication => ({
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

const manifest = (n: number, more: Partial<ManifestInput> = {}): ManifestInput => ({
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

const manifestRow = (n: number, more: Partial<ManifestRow> = {}): ManifestRow => ({
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

const versionRow = (version: string, n: number, more: Partial<VersionRow> = {}): VersionRow => ({
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

const token = (id: string, parent: string | null = null) => ({
  now,
  id,
  hash: `hash of ${id}`,
  name: `token ${id}`,
  scopes: '["read:*"]',
  parent,
  expiresAt: null,
});

const tokenRow = (id: string, parent: string | null = null) => ({
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
async function refusal(running: Promise<unknown>): Promise<unknown> {
  const error: unknown = await running.then(
    () => 'it was not refused',
    (reason: unknown) => reason,
  );
  return error instanceof AshlarError ? { code: error.code, ...(error.params as object) } : error;
}

/** What every driver of the port must do; a driver's test calls this and adds only what is its own. */
export function metadataStoreSuite(name: string, open: () => Promise<MetadataStoreFixture>): void {
  describe(`metadata store: ${name}`, () => {
    let fixture: MetadataStoreFixture;
    let store: MetadataStore;

    beforeEach(async () => {
      fixture = await open();
      store = fixture.store;
    });

    afterEach(async () => {
      await fixture.close();
    });

    async function addBlobs(numbers: readonly number[], name: string = repository): Promise<void> {
      await Promise.all(
        numbers.map(async (n) => {
          await store.command.addBlob({ now, repository: inRepository(name), digest: digest(n), size: 10 });
        }),
      );
    }

    /** Publishes a version whose manifest is digest `n` and whose blobs are those of `parts`. */
    async function publish(
      version: string,
      n: number,
      parts: readonly number[] = [1],
      more: Partial<Publication> = {},
    ) {
      await addBlobs(parts);
      return await store.command.putManifest(
        manifest(n, {
          parts: parts.map((part) => blobPart(part)),
          tags: [version.replaceAll('+', '_')],
          publication: publication([version], more),
        }),
      );
    }

    async function push(n: number, name: string, more: Partial<ManifestInput> = {}) {
      return await store.command.putManifest(manifest(n, { repository: inRepository(name), ...more }));
    }

    /** Everything that tells about the content of the repository, to compare before and after. */
    async function content() {
      const { query } = store;
      return {
        versions: (await query.listVersions(repository)).toSorted((a, b) => (a.version < b.version ? -1 : 1)),
        tags: await query.listTags({ repository }),
        manifests: await query.listTaggedManifests({ repository }),
        sizes: await query.blobSizes({
          repository,
          manifests: Array.from({ length: 30 }, (_, n) => digest(n)),
        }),
      };
    }

    describe('namespaces', () => {
      it('are created, found, listed by name, changed and deleted', async () => {
        const { command, query } = store;
        await command.createNamespace({ now, name: 'zoo', visibility: 'public' });
        await command.createNamespace({ now, name: 'avm-x', visibility: 'private', immutable: true });
        await command.createNamespace({ now, name: 'avm', visibility: 'private' });
        const row = { created_at: now, honest_versions: 'off', immutable: 0, visibility: 'private' } as const;

        expect(await query.listNamespaces(undefined)).toEqual([
          { ...row, name: 'avm' },
          { ...row, name: 'avm-x', immutable: 1 },
          { ...row, name: 'zoo', visibility: 'public' },
        ]);

        await command.updateNamespace({ name: 'zoo', visibility: 'private' });
        await command.updateNamespace({ name: 'avm', immutable: true, honestVersions: 'required' });
        await command.updateNamespace({ name: 'avm-x' });
        await command.deleteNamespace({ name: 'avm-x' });

        expect(await query.findNamespace('zoo')).toEqual({ ...row, name: 'zoo' });
        expect(await query.findNamespace('avm')).toEqual({
          ...row,
          name: 'avm',
          immutable: 1,
          honest_versions: 'required',
        });
        expect(await query.findNamespace('avm-x')).toBeUndefined();
      });

      it('are refused when taken, unknown or not empty', async () => {
        const { command } = store;
        await command.createNamespace({ now, name: 'avm', visibility: 'public' });
        await addBlobs([1]);

        expect(
          await refusal(command.createNamespace({ now: later, name: 'avm', visibility: 'private' })),
        ).toEqual({
          code: 'ASH-NAMESPACE-EXISTS',
          name: 'avm',
        });
        expect(await refusal(command.updateNamespace({ name: 'none', visibility: 'public' }))).toEqual({
          code: 'ASH-NAMESPACE-UNKNOWN',
          name: 'none',
        });
        expect(await refusal(command.deleteNamespace({ name: 'none' }))).toEqual({
          code: 'ASH-NAMESPACE-UNKNOWN',
          name: 'none',
        });
        expect(await refusal(command.deleteNamespace({ name: 'contoso' }))).toEqual({
          code: 'ASH-NAMESPACE-NOT-EMPTY',
          name: 'contoso',
        });
        expect(await store.query.findNamespace('avm')).toMatchObject({
          visibility: 'public',
          created_at: now,
        });
      });

      it('stay while the tombstone of a version needs them', async () => {
        await publish('1.0.0', 10);
        await store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });

        expect(await refusal(store.command.deleteNamespace({ name: 'contoso' }))).toMatchObject({
          code: 'ASH-NAMESPACE-NOT-EMPTY',
        });
      });
    });

    describe('blobs', () => {
      it('make their repository, and an administrator its namespace', async () => {
        await store.command.addBlob({ now, repository: inRepository(), digest: digest(1), size: 10 });
        await store.command.addBlob({ now: later, repository: inRepository(), digest: digest(1), size: 99 });

        expect(await store.query.findRepository(repository)).toEqual({
          name: repository,
          namespace: 'contoso',
          kind: 'module',
          created_at: now,
        });
        expect(await store.query.findNamespace('contoso')).toMatchObject({
          visibility: 'private',
          created_at: now,
        });
        expect(await store.query.findBlob({ repository, digest: digest(1) })).toEqual({
          size: 10,
          revoked: null,
        });
        expect(await store.query.findBlob({ repository, digest: digest(2) })).toBeUndefined();
        expect(await store.query.findBlob({ repository: 'other', digest: digest(1) })).toBeUndefined();
      });

      it('of who may not create the namespace are refused, and leave nothing', async () => {
        const input = { now, repository: inRepository(repository, false), digest: digest(1), size: 10 };

        expect(await refusal(store.command.addBlob(input))).toEqual({
          code: 'ASH-NAMESPACE-UNKNOWN',
          name: 'contoso',
        });
        expect(
          await refusal(store.command.putManifest(manifest(2, { repository: input.repository }))),
        ).toEqual({
          code: 'ASH-NAMESPACE-UNKNOWN',
          name: 'contoso',
        });
        expect(await store.query.findRepository(repository)).toBeUndefined();
        expect(await store.query.listNamespaces(undefined)).toEqual([]);
      });

      it('are found in every repository of some namespaces that shows them, by name', async () => {
        for (const name of ['b/x', 'a/x', 'c/x', 'd/x']) await addBlobs([1], name);
        await addBlobs([2], 'a/y');
        const found = async (n: number, ...namespaces: string[]) =>
          await store.query.repositoriesWithBlob({ digest: digest(n), namespaces, limit: 2 });

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

        expect(await refusal(store.command.deleteBlob({ repository, digest: digest(1) }))).toEqual({
          code: 'ASH-BLOB-IN-USE',
          digest: digest(1),
          address: repository,
        });
        await store.command.deleteBlob({ repository, digest: digest(2) });
        expect(await refusal(store.command.deleteBlob({ repository, digest: digest(2) }))).toEqual({
          code: 'ASH-BLOB-UNKNOWN',
          digest: digest(2),
        });
      });
    });

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
        await store.command.putManifest(manifest(100, { parts: [blobPart(1)], tags: [] }));
        await store.command.addBlob({
          now: later,
          repository: inRepository(image),
          digest: digest(1),
          size: 10,
        });
        const all = [held(1, later, false, image), held(1, now, true), held(2, now, false)];

        expect(await store.query.listHeldBlobs({ after: undefined, limit: 10 })).toEqual(all);
        expect(await store.query.listHeldBlobs({ after: undefined, limit: 2 })).toEqual(all.slice(0, 2));
        expect(await store.query.listHeldBlobs({ after: all[1], limit: 2 })).toEqual(all.slice(2));
        expect(await store.query.findNamedDigests({ digests: [1, 3, 100, 101].map(digest) })).toEqual(
          new Set([digest(1), digest(100)]),
        );
        expect(await store.query.findNamedDigests({ digests: [] })).toEqual(new Set());
        const named = [1, 2, 100].map((n) => ({ digest: digest(n), size: n === 100 ? 100 : 10 }));
        expect(await store.query.listNamedBlobs({ after: '', limit: 10 })).toEqual(named);
        expect(await store.query.listNamedBlobs({ after: digest(1), limit: 1 })).toEqual([named[1]]);
        expect(await store.query.listHolders({ digest: digest(1), limit: 10 })).toEqual([image, repository]);
        expect(await store.query.listHolders({ digest: digest(1), limit: 1 })).toEqual([image]);
      });

      it('takes blobs that no manifest names and nobody was promised since', async () => {
        await addBlobs([1, 2, 3]);
        await store.command.putManifest(manifest(100, { parts: [blobPart(1)], tags: [] }));
        await store.command.leaseBlob({ now: later, repository, digest: digest(3) });
        const blobs = [1, 2, 3, 4].map((n) => ({ repository, digest: digest(n) }));

        expect(await store.command.collectBlobs({ before: now, blobs })).toEqual({ collected: 0 });
        expect(await store.command.collectBlobs({ before: later, blobs })).toEqual({ collected: 1 });
        expect(await store.query.listHeldBlobs({ after: undefined, limit: 10 })).toEqual([
          held(1, now, true),
          held(3, later, false),
        ]);
      });

      it('renews a promise by an upload, never back in time, and only of what is there', async () => {
        await addBlobs([1]);
        const leasedAt = async () =>
          (await store.query.listHeldBlobs({ after: undefined, limit: 10 }))[0]!.leased_at;
        await store.command.addBlob({ now: later, repository: inRepository(), digest: digest(1), size: 10 });
        expect(await leasedAt()).toBe(later);
        await store.command.leaseBlob({ now, repository, digest: digest(1) });
        expect(await leasedAt()).toBe(later);
        await store.command.leaseBlob({ now, repository, digest: digest(2) });
        expect(await store.query.findBlob({ repository, digest: digest(2) })).toBeUndefined();
      });

      it('keeps with a deleted version what was promised to another push meanwhile', async () => {
        await addBlobs([1, 2]);
        await store.command.putManifest(
          manifest(100, { now: later, parts: [blobPart(1), blobPart(2)], tags: ['1.0.0'] }),
        );
        await store.command.leaseBlob({ now: later + 1, repository, digest: digest(2) });
        await store.command.deleteManifest({ now: later, repository, digest: digest(100), kind: 'module' });

        expect(await store.query.listHeldBlobs({ after: undefined, limit: 10 })).toEqual([
          held(2, later + 1, false),
        ]);
        const two = { repository, digest: digest(2) };
        const found = async () => [await store.query.findBlob(two), await store.query.findPushable(two)];
        expect(await found()).toEqual([undefined, 10]);
        const everywhere = { digest: digest(2), namespaces: ['contoso'], limit: 10 };
        expect(await store.query.repositoriesWithBlob(everywhere)).toEqual([]);
        expect(await refusal(store.command.deleteBlob(two))).toMatchObject({ code: 'ASH-BLOB-UNKNOWN' });
        await store.command.putManifest(manifest(101, { parts: [blobPart(2)], tags: ['1.1.0'] }));
        expect(await found()).toEqual([{ size: 10, revoked: null }, 10]);
      });

      it('shows what is hidden to who uploads it again', async () => {
        await addBlobs([1]);
        await store.command.putManifest(manifest(100, { parts: [blobPart(1)], tags: ['1.0.0'] }));
        await store.command.leaseBlob({ now: later, repository, digest: digest(1) });
        await store.command.deleteManifest({ now: later, repository, digest: digest(100), kind: 'module' });
        await addBlobs([1]);

        expect(await store.query.findBlob({ repository, digest: digest(1) })).toEqual({
          size: 10,
          revoked: null,
        });
        expect(await store.query.listHeldBlobs({ after: undefined, limit: 10 })).toEqual([
          held(1, later, false),
        ]);
      });
    });

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
        expect(await store.query.findManifest({ repository: 'plain/x', digest: digest(10) })).toEqual(
          manifestRow(10, {
            repository: 'plain/x',
            subject: digest(7),
            referrer_type: 'application/sig',
            annotations_size: 10,
          }),
        );
        const manifests = [{ repository: 'plain/x', digest: digest(10) }];
        const annotations = new Map([[manifestKey(manifests[0]!), '{"a":"ä"}']]);
        expect(await store.query.listAnnotations({ manifests, atMost: 10 })).toEqual(annotations);
        expect(await store.query.listAnnotations({ manifests, atMost: 9 })).toEqual(new Map());
        expect(await store.query.listAnnotations({ manifests: [], atMost: 10 })).toEqual(new Map());
        expect(await store.query.findTag({ repository: 'plain/x', tag: 'v1' })).toBe(digest(10));
        expect(await store.query.findTag({ repository: 'plain/x', tag: 'V1' })).toBeUndefined();
        expect(await store.query.findManifest({ repository, digest: digest(10) })).toBeUndefined();
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

        const found = await store.query.findManifests({ repository: 'plain/x', digests });
        expect(found.map((row) => row.digest).toSorted()).toEqual([digest(10), digest(12)].toSorted());
        expect(await store.query.findManifests({ repository: 'plain/x', digests: [] })).toEqual([]);
      });

      it('are listed with their tags and the bytes of their blobs', async () => {
        await addBlobs([1, 2], 'plain/x');
        await push(10, 'plain/x', { parts: [blobPart(1), blobPart(2)], tags: ['b', 'a'], now: later });
        await push(11, 'plain/x');
        const row = (n: number, at: number) => ({
          digest: digest(n),
          media_type: manifestRow(n).media_type,
          size: 100,
          created_at: at,
          tag: null as string | null,
          updated_at: null as number | null,
        });

        const rows = await store.query.listTaggedManifests({ repository: 'plain/x' });
        expect(rows.toSorted((a, b) => a.created_at - b.created_at || (a.tag! < b.tag! ? -1 : 1))).toEqual([
          row(11, now),
          { ...row(10, later), tag: 'a', updated_at: later },
          { ...row(10, later), tag: 'b', updated_at: later },
        ]);
        const sizes = async (...manifests: string[]) =>
          await store.query.blobSizes({ repository: 'plain/x', manifests });
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
        await store.command.putManifest(manifest(9));

        expect(
          await refusal(store.command.putManifest(manifest(10, { parts: [part], tags: ['1.0.0'] }))),
        ).toEqual(expected);
        expect(await store.query.findManifest({ repository, digest: digest(10) })).toBeUndefined();
        expect(await store.query.listTags({ repository })).toEqual([]);
      });

      it('may name what is missing where that is allowed, and a part twice', async () => {
        const parts = [blobPart(1, 10, false), blobPart(1, 10, false), manifestPart(1, 10, false)];
        await push(10, 'plain/x', { parts });

        expect(await store.query.findManifest({ repository: 'plain/x', digest: digest(10) })).toBeDefined();
      });

      it('bring blobs along, or leave none of them behind', async () => {
        const blobs = [1, 2].map((n) => ({ digest: digest(n), size: 10 }));
        const parts = [blobPart(1), blobPart(2)];
        const blob = async (n: number) => await store.query.findBlob({ repository, digest: digest(n) });

        expect(
          await refusal(store.command.putManifest(manifest(10, { parts: [...parts, blobPart(3)], blobs }))),
        ).toEqual({ code: 'ASH-MANIFEST-PARTS', digest: digest(3) });
        expect([await blob(1), await blob(2)]).toEqual([undefined, undefined]);
        await addBlobs([1]);
        await store.command.putManifest(manifest(10, { parts, blobs }));
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
        await store.command.deleteManifest({
          now,
          repository: 'plain/x',
          digest: digest(50_000),
          kind: 'plain',
        });
        expect(await store.query.listTags({ repository: 'plain/x' })).toEqual([]);
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

        await store.command.updateNamespace({ name: 'plain', immutable: true });
        expect(await push(11, 'plain/x', { tags: ['a'] })).toEqual({ changed: [] });
        expect(await refusal(push(12, 'plain/x', { tags: ['d', 'a'] }))).toEqual({
          code: 'ASH-TAG-IMMUTABLE',
          name: 'plain/x',
          tag: 'a',
        });
        expect(await store.query.listTags({ repository: 'plain/x' })).toEqual(['a', 'b', 'c']);
        expect(await store.query.findManifest({ repository: 'plain/x', digest: digest(12) })).toBeUndefined();
      });

      it('are listed as referrers of a subject, by digest, by type, in pages', async () => {
        const subject = digest(7);
        for (const n of [13, 11, 12, 10]) {
          await push(n, 'plain/x', { subject, referrerType: n === 11 ? 'b' : 'a' });
        }
        await push(14, 'plain/x', { subject: digest(8) });
        await push(15, 'plain/y', { subject });
        const list = async (more: object) =>
          (await store.query.listReferrers({ repository: 'plain/x', subject, ...more })).map(
            (row) => row.digest,
          );

        expect(await list({})).toEqual([10, 11, 12, 13].map(digest));
        expect(await list({ type: 'a' })).toEqual([10, 12, 13].map(digest));
        expect(await list({ type: 'c' })).toEqual([]);
        expect(await list({ after: digest(10), limit: 2 })).toEqual([11, 12].map(digest));
        expect(await list({ after: digest(10), limit: 1, type: 'a' })).toEqual([digest(12)]);
      });
    });

    describe('listings', () => {
      const names = ['Z', '_', 'a', 'A.1', 'a-1', 'a.1', 'a_1', 'a1', 'b', '0', '10', '9'];
      const ascii = ['0', '10', '9', 'A.1', 'Z', '_', 'a', 'a-1', 'a.1', 'a1', 'a_1', 'b'];

      it('give tags in ASCII order, in pages without gaps', async () => {
        await push(10, 'plain/x', { tags: names });
        const { listTags } = store.query;
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
        const { listRepositories } = store.query;
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

        expect(await store.query.listRepositories({ namespaces })).toEqual([repository, 'zoo/x']);
        expect(await store.query.listRepositories({ namespaces, limit: 1 })).toEqual([repository]);
        expect((await store.query.listModules({ namespaces, limit: 1 })).length).toBe(1);
      });

      it('show a module repository while it has a version to offer', async () => {
        const listed = async () => await store.query.listRepositories({ namespaces: undefined });
        await store.command.putManifest(manifest(20, { subject: digest(10) }));
        expect(await listed()).toEqual([]);
        await publish('1.0.0', 10);
        expect(await listed()).toEqual([repository]);
        await store.command.setState({ repository, version: '1.0.0', to: 'revoked' });
        expect(await listed()).toEqual([]);
        await store.command.setState({ repository, version: '1.0.0', to: 'reinstated' });
        await store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });
        expect(await listed()).toEqual([]);
      });

      it('leave the tags of revoked versions out, and no others', async () => {
        await publish('1.0.0', 10, [1]);
        await publish('1.0.0+b.1', 10, [1]);
        await publish('2.0.0', 11, [2], { contentDigest: digest(901) });
        await store.command.putManifest(
          manifest(12, { tags: [`sha256-${'0'.repeat(64)}`], subject: digest(10) }),
        );
        await store.command.setState({ repository, version: '1.0.0+b.1', to: 'revoked' });
        await store.command.setState({ repository, version: '2.0.0', to: 'deprecated' });

        expect(await store.query.listTags({ repository })).toEqual([
          '1.0.0',
          '2.0.0',
          `sha256-${'0'.repeat(64)}`,
        ]);
      });
    });

    describe('versions', () => {
      it('are written with all that is known about them', async () => {
        expect(await publish('1.0.0', 10)).toEqual({ changed: ['1.0.0'] });

        expect(await store.query.findVersion({ repository, version: '1.0.0' })).toEqual(
          versionRow('1.0.0', 10),
        );
        expect(await store.query.findReadme({ repository, version: '1.0.0' })).toBe('# Net');
        expect(await store.query.findModule(repository)).toEqual({
          repository,
          namespace: 'contoso',
          language: 'terraform',
          address: 'terraform/Contoso/Net/azurerm',
          class: null,
          created_at: now,
        });
        expect(await store.query.findVersion({ repository, version: '1.0.1' })).toBeUndefined();
        expect(await store.query.findReadme({ repository, version: '1.0.1' })).toBeUndefined();
        expect(await store.query.findModule('terraform/contoso/other/azurerm')).toBeUndefined();
      });

      it('may lack what not every module has', async () => {
        await publish('1.0.0', 10, [1], {
          archive: null,
          documentation: null,
          readme: null,
          class: 'pattern',
        });

        expect(await store.query.findVersion({ repository, version: '1.0.0' })).toEqual(
          versionRow('1.0.0', 10, { archive_digest: null, archive_size: null, documentation: null }),
        );
        expect(await store.query.findReadme({ repository, version: '1.0.0' })).toBeUndefined();
        expect(await store.query.findModule(repository)).toMatchObject({ class: 'pattern' });
      });

      it('share a digest, and are listed for one module or for many', async () => {
        await addBlobs([1]);
        const tags = ['1.0.0', '1.0.0_build'];
        const both = publication(['1.0.0', '1.0.0+build']);
        expect(
          await store.command.putManifest(manifest(10, { parts: [blobPart(1)], tags, publication: both })),
        ).toEqual({
          changed: tags,
        });
        await publish('2.0.0', 11, [2], { contentDigest: digest(901) });
        const expected = [
          versionRow('1.0.0', 10),
          versionRow('1.0.0+build', 10),
          versionRow('2.0.0', 11, { content_digest: digest(901) }),
        ];

        expect((await content()).versions).toEqual(expected);
        const ofDigest = await store.query.findVersionsByDigest({ repository, digest: digest(10) });
        expect(ofDigest.map((row) => row.version).toSorted()).toEqual(['1.0.0', '1.0.0+build']);
        const many = Array.from({ length: 40_000 }, (_, i) => `terraform/contoso/m${i}/azurerm`);
        const ofMany = await store.query.listVersionsOf([...many, repository]);
        expect([...ofMany.keys()]).toEqual([repository]);
        expect(
          ofMany
            .get(repository)
            ?.map((row) => row.version)
            .toSorted(),
        ).toEqual(expected.map((row) => row.version));
        expect(await store.query.listVersionsOf([])).toEqual(new Map());
      });

      it('that exist are published again without a change', async () => {
        await publish('1.0.0', 10);
        const before = await content();

        expect(await publish('1.0.0', 10)).toEqual({ changed: [] });
        expect(await content()).toEqual(before);
      });

      it.each<[string, number, Partial<Publication>, string]>([
        ['other content', 11, { contentDigest: digest(901) }, 'ASH-VERSION-EXISTS'],
        ['equal content under another manifest', 11, {}, 'ASH-VERSION-EQUAL-CONTENT'],
      ])('never take %s', async (_, n, more, code) => {
        await publish('1.0.0', 10);
        const before = await content();
        const params = { address: repository, version: '1.0.0', digest: digest(10), pushed: digest(n) };

        expect(await refusal(publish('1.0.0', n, [1], more))).toEqual({ code, ...params });
        expect(await content()).toEqual(before);
      });

      it('P1: that were deleted leave a tombstone: their digest may return, no other', async () => {
        await publish('1.0.0', 10);
        await store.command.setState({ repository, version: '1.0.0', to: 'revoked', reason: 'CVE' });
        await store.command.deleteTag({ now: later, repository, tag: '1.0.0', version: '1.0.0' });

        expect(await content()).toEqual({ versions: [], tags: [], manifests: [], sizes: new Map() });
        expect(await store.query.findVersion({ repository, version: '1.0.0' })).toBeUndefined();
        expect(await store.query.findReadme({ repository, version: '1.0.0' })).toBeUndefined();
        expect(await store.query.findVersionsByDigest({ repository, digest: digest(10) })).toEqual([]);
        expect(await refusal(publish('1.0.0', 11))).toEqual({
          code: 'ASH-VERSION-DELETED',
          address: repository,
          version: '1.0.0',
          digest: digest(10),
          pushed: digest(11),
        });

        expect(await publish('1.0.0', 10)).toEqual({ changed: ['1.0.0'] });
        // Deleting and pushing again is no way round a revocation.
        expect(await store.query.findVersion({ repository, version: '1.0.0' })).toMatchObject({
          state: 'revoked',
          reason: 'CVE',
          deleted_at: null,
        });
      });

      it('close a blob when all that name it are revoked, apart from a blob of two bytes', async () => {
        const empty = { digest: digest(3), size: 2 };
        await store.command.addBlob({ now, repository: inRepository(), ...empty });
        const parts = [blobPart(1), { ...empty, kind: 'blob' as const, required: true }];
        const publishParts = async (version: string, n: number) =>
          await store.command.putManifest(
            manifest(n, {
              parts,
              tags: [version],
              publication: publication([version], { contentDigest: digest(900 + n) }),
            }),
          );
        const revoke = async (version: string) =>
          await store.command.setState({ repository, version, to: 'revoked' });
        const closedBy = async (n: number) =>
          (await store.query.findBlob({ repository, digest: digest(n) }))?.revoked;
        await addBlobs([1]);
        await publishParts('2.0.0', 10);
        await publishParts('1.0.0', 11);
        await store.command.putManifest(manifest(12, { parts, subject: digest(10) }));

        expect(await closedBy(1)).toBeNull();
        await revoke('2.0.0');
        expect(await closedBy(1)).toBeNull();
        await revoke('1.0.0');
        expect([await closedBy(1), await closedBy(3)]).toEqual(['1.0.0', null]);
        await store.command.setState({ repository, version: '2.0.0', to: 'reinstated' });
        expect(await closedBy(1)).toBeNull();
      });

      it.each([
        `update version set digest = '${digest(11)}'`,
        `update version set content_digest = '${digest(11)}'`,
        `update version set archive_digest = '${digest(11)}'`,
        'update version set archive_digest = null',
        'update version set archive_size = 11',
        `update version set version = '1.0.1'`,
        `update version set repository = 'bicep/contoso/net'`,
        'delete from version',
        `insert into version (repository, version, digest, content_digest, description, state, published_at, published_by)
           values ('${repository}', '1.0.0', '${digest(11)}', '', '', 'admitted', 1, '')`,
      ])('P1: are protected by the database itself: %s', async (sql) => {
        for (const deleted of [false, true]) {
          await publish('1.0.0', 10);
          if (deleted)
            await store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });

          await expect(fixture.execute(sql)).rejects.toThrow(/never|taken|unique|duplicate/i);
        }
        await publish('1.0.0', 10);
        expect((await content()).versions).toEqual([versionRow('1.0.0', 10)]);
      });
    });

    describe('what was read of versions', () => {
      const model = (text: string, before: string | null = null): ModelInput => ({
        model: text,
        readmes: null,
        before,
        changes: before === null ? null : `changes of ${text}`,
        verdict: before === null ? null : 'major',
        declared: before === null ? null : 'patch',
        honest: before === null ? null : 'too small',
      });
      const put = async (n: number, ...models: [version: string, model: ModelInput | undefined][]) => {
        await addBlobs([n]);
        const versions = models.map(([version]) => version);
        await store.command.putManifest(
          manifest(n, {
            parts: [blobPart(n)],
            tags: versions,
            publication: publication(versions, { models: models.map(([, each]) => each) }),
          }),
        );
      };
      const find = async (version: string) => await store.query.findModel({ repository, version });

      it('is kept with each of them, and stays as it is', async () => {
        await put(1, ['1.0.0', model('a')], ['1.0.1', model('a', '1.0.0')], ['1.0.2', undefined]);
        await put(1, ['1.0.0', model('other')]);

        expect(await find('1.0.0')).toEqual({ repository, version: '1.0.0', ...model('a') });
        expect(await find('1.0.1')).toEqual({ repository, version: '1.0.1', ...model('a', '1.0.0') });
        expect(await find('1.0.2')).toBeUndefined();
        expect(await find('9.0.0')).toBeUndefined();
      });

      it('is gone with them, and comes back with them', async () => {
        await put(1, ['1.0.0', model('a')], ['1.1.0', model('a')]);
        await put(2, ['2.0.0', model('b')]);
        const { command } = store;
        await command.deleteTag({ now, repository, tag: '1.0.0', version: '1.0.0' });
        expect([await find('1.0.0'), (await find('1.1.0'))?.model]).toEqual([undefined, 'a']);
        await command.deleteManifest({ now, repository, digest: digest(1), kind: 'module' });
        expect([await find('1.1.0'), (await find('2.0.0'))?.model]).toEqual([undefined, 'b']);
        await command.deleteRepository({ now, repository });
        expect(await find('2.0.0')).toBeUndefined();

        await put(1, ['1.0.0', model('a')]);
        expect((await find('1.0.0'))?.model).toBe('a');
      });

      it('can be added to one that is there', async () => {
        await put(1, ['1.0.0', undefined], ['1.1.0', model('first')]);
        await put(2, ['2.0.0', undefined]);
        const { command } = store;
        await command.deleteTag({ now, repository, tag: '2.0.0', version: '2.0.0' });
        for (const [version, of] of [
          ['1.0.0', digest(1)],
          ['1.1.0', digest(1)],
          ['2.0.0', digest(2)],
          ['3.0.0', digest(3)],
        ] as const) {
          await command.storeModel({ repository, version, digest: of, model: model('late') });
        }
        expect((await find('1.0.0'))?.model).toBe('late');
        expect((await find('1.1.0'))?.model).toBe('first');
        expect([await find('2.0.0'), await find('3.0.0')]).toEqual([undefined, undefined]);
      });

      it('is not that of another content', async () => {
        await put(1, ['1.0.0', undefined]);
        await store.command.storeModel({
          repository,
          version: '1.0.0',
          digest: digest(2),
          model: model('b'),
        });
        expect(await find('1.0.0')).toBeUndefined();
      });
    });

    describe('deletion', () => {
      it('of a tag in a plain repository leaves the manifest and its blobs', async () => {
        await addBlobs([1], 'plain/x');
        await push(10, 'plain/x', { parts: [blobPart(1)], tags: ['a', 'b'] });
        await store.command.deleteTag({ now, repository: 'plain/x', tag: 'a' });
        await store.command.deleteTag({ now, repository: 'plain/x', tag: 'b' });

        expect(await store.query.listTags({ repository: 'plain/x' })).toEqual([]);
        expect(await store.query.findManifest({ repository: 'plain/x', digest: digest(10) })).toBeDefined();
        expect(await store.query.findBlob({ repository: 'plain/x', digest: digest(1) })).toBeDefined();
      });

      it('of a manifest in a plain repository takes its tags, and leaves its blobs', async () => {
        await addBlobs([1], 'plain/x');
        await push(10, 'plain/x', { parts: [blobPart(1)], tags: ['a', 'b'] });
        await store.command.deleteManifest({ now, repository: 'plain/x', digest: digest(10), kind: 'plain' });

        expect(await store.query.listTags({ repository: 'plain/x' })).toEqual([]);
        expect(await store.query.findManifest({ repository: 'plain/x', digest: digest(10) })).toBeUndefined();
        expect(await store.query.findBlob({ repository: 'plain/x', digest: digest(1) })).toBeDefined();
      });

      it('of a version takes the blobs that nothing else names', async () => {
        await publish('1.0.0', 10, [1, 2, 3]);
        await publish('2.0.0', 11, [2], { contentDigest: digest(901) });
        await store.command.putManifest(manifest(12, { parts: [blobPart(3)], subject: digest(10) }));
        await store.command.deleteTag({ now, repository, tag: '1.0.0', version: '1.0.0' });
        const sizes = await Promise.all(
          [1, 2, 3].map(async (n) => await store.query.findBlob({ repository, digest: digest(n) })),
        );

        expect(sizes).toEqual([undefined, { size: 10, revoked: null }, { size: 10, revoked: null }]);
        expect((await content()).tags).toEqual(['2.0.0']);
        expect(await store.query.listReferrers({ repository, subject: digest(10) })).toHaveLength(1);
      });

      it('of one of two versions of a digest leaves the other whole', async () => {
        await publish('1.0.0', 10);
        await publish('1.0.1', 10);
        await store.command.deleteTag({ now, repository, tag: '1.0.0', version: '1.0.0' });

        expect((await content()).versions).toEqual([versionRow('1.0.1', 10)]);
        expect((await content()).tags).toEqual(['1.0.1']);
        expect(await store.query.findBlob({ repository, digest: digest(1) })).toBeDefined();
        expect(await publish('1.0.0', 10)).toEqual({ changed: ['1.0.0'] });
      });

      it('of a digest takes all its versions', async () => {
        await publish('1.0.0', 10);
        await publish('1.0.1', 10);
        await store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });

        expect(await content()).toEqual({ versions: [], tags: [], manifests: [], sizes: new Map() });
        expect(await store.query.findBlob({ repository, digest: digest(1) })).toBeUndefined();
      });

      it('of a repository leaves the tombstones of its versions', async () => {
        await publish('1.0.0', 10);
        await push(10, 'plain/x', { tags: ['a'] });
        await store.command.deleteRepository({ now, repository });
        await store.command.deleteRepository({ now, repository: 'plain/x' });

        expect(await content()).toEqual({ versions: [], tags: [], manifests: [], sizes: new Map() });
        expect(await store.query.findBlob({ repository, digest: digest(1) })).toBeUndefined();
        expect(await store.query.findRepository('plain/x')).toBeUndefined();
        expect(await refusal(publish('1.0.0', 11))).toMatchObject({ code: 'ASH-VERSION-DELETED' });
        expect(await push(11, 'plain/x', { tags: ['a'] })).toEqual({ changed: ['a'] });
      });

      it('of what is not there is refused', async () => {
        await push(10, 'plain/x', { tags: ['a'] });
        const { command } = store;

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

    describe('states', () => {
      type Step = Omit<StateInput, 'repository' | 'version'>;
      const set = async (step: Step) => {
        await store.command.setState({ repository, version: '1.0.0', ...step });
      };
      const columns = async () => {
        const { state, reason, link, replacement, sunset_at } = (await store.query.findVersion({
          repository,
          version: '1.0.0',
        }))!;
        return { state, reason, link, replacement, sunset_at };
      };
      const none = { reason: null, link: null, replacement: null, sunset_at: null };
      const deprecate: Step = { to: 'deprecated', reason: 'old', replacement: '2.0.0', sunsetAt: later };
      const deprecated = {
        ...none,
        state: 'deprecated',
        reason: 'old',
        replacement: '2.0.0',
        sunset_at: later,
      };
      const revoke: Step = { to: 'revoked', reason: 'CVE', link: 'https://example.com/cve' };
      const revoked = { ...none, state: 'revoked', reason: 'CVE', link: 'https://example.com/cve' };
      const reinstate: Step = { to: 'reinstated' };
      const admitted = { ...none, state: 'admitted' };

      it.each<[string, Step[], Step, unknown]>([
        ['admitted to deprecated', [], deprecate, deprecated],
        ['admitted to revoked', [], revoke, revoked],
        ['admitted, reinstated', [], reinstate, 'admitted'],
        [
          'deprecated again, in other words',
          [deprecate],
          { to: 'deprecated' },
          { ...none, state: 'deprecated' },
        ],
        ['deprecated to revoked', [deprecate], revoke, revoked],
        ['deprecated, reinstated', [deprecate], reinstate, admitted],
        ['revoked to deprecated', [revoke], deprecate, 'revoked'],
        ['revoked again, in other words', [revoke], { to: 'revoked' }, { ...none, state: 'revoked' }],
        ['revoked, reinstated', [revoke], reinstate, admitted],
        ['revoked from deprecated, reinstated', [deprecate, revoke], reinstate, deprecated],
        ['revoked twice from deprecated, reinstated', [deprecate, revoke, revoke], reinstate, deprecated],
        ['reinstated twice', [deprecate, revoke, reinstate], reinstate, admitted],
        ['reinstated once too often', [deprecate, revoke, reinstate, reinstate], reinstate, 'admitted'],
        ['revoked, reinstated, revoked', [revoke, reinstate], revoke, revoked],
      ])('%s', async (_, before, step, expected) => {
        await publish('1.0.0', 10);
        for (const each of before) await set(each);
        const earlier = await columns();

        if (typeof expected !== 'string') {
          await set(step);
          expect(await columns()).toEqual(expected);
          return;
        }
        expect(await refusal(set(step))).toEqual({
          code: 'ASH-STATE-TRANSITION',
          address: repository,
          version: '1.0.0',
          from: expected,
          to: step.to,
        });
        expect(await columns()).toEqual(earlier);
      });

      it('of a version that is not there, or deleted, cannot be set', async () => {
        const unknown = { code: 'ASH-VERSION-UNKNOWN', address: repository, version: '1.0.0' };
        expect(await refusal(set(revoke))).toEqual(unknown);
        await publish('1.0.0', 10);
        await store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });
        expect(await refusal(set(revoke))).toEqual(unknown);
      });

      it('touch one version only, also of a shared digest', async () => {
        await publish('1.0.0', 10);
        await publish('1.0.1', 10);
        await set(revoke);

        expect(await store.query.findVersion({ repository, version: '1.0.1' })).toEqual(
          versionRow('1.0.1', 10),
        );
      });

      it('close a blob while all versions that name it are revoked, also when an attachment names it', async () => {
        await publish('1.0.0', 10, [1, 2, 3]);
        await publish('1.0.1', 11, [2], { contentDigest: digest(901) });
        await store.command.putManifest(manifest(12, { parts: [blobPart(3)], subject: digest(10) }));
        const owners = async () =>
          await Promise.all(
            [1, 2, 3].map(
              async (n) => (await store.query.findBlob({ repository, digest: digest(n) }))?.revoked,
            ),
          );
        expect(await owners()).toEqual([null, null, null]);
        await set(revoke);
        expect(await owners()).toEqual(['1.0.0', null, '1.0.0']);
        await store.command.setState({ repository, version: '1.0.1', to: 'revoked' });
        expect(await owners()).toEqual(['1.0.0', '1.0.0', '1.0.0']);
        await store.command.deleteTag({ now, repository, tag: '1.0.0', version: '1.0.0' });
        expect(await owners()).toEqual([undefined, '1.0.1', null]);
        await store.command.setState({ repository, version: '1.0.1', to: 'reinstated' });
        expect(await owners()).toEqual([undefined, null, null]);
      });
    });

    describe('modules', () => {
      const modules = [
        { name: 'bicep/avm/res/net', description: 'A Network' },
        { name: 'bicep/contoso/ptn/hub', description: '100% covered', class: 'pattern' as const },
        { name: 'terraform/avm/net/azurerm', description: 'a network, too' },
        { name: 'terraform/avm/net/aws', description: '' },
        { name: 'terraform/contoso/my_net/azurerm', description: 'with_underscore' },
      ];
      const list = async (filter: object) =>
        (await store.query.listModules({ namespaces: undefined, limit: 100, ...filter })).map(
          (row) => row.repository,
        );

      beforeEach(async () => {
        for (const [i, { name, description, class: kind }] of modules.entries()) {
          await store.command.putManifest(
            manifest(100 + i, {
              repository: inRepository(name),
              tags: ['1.0.0'],
              publication: publication(['1.0.0'], {
                language: name.startsWith('bicep/') ? 'bicep' : 'terraform',
                address: name,
                description,
                class: kind ?? null,
                archive: null,
              }),
            }),
          );
        }
      });

      it.each<[string, object, number[]]>([
        ['all, by address', {}, [0, 1, 3, 2, 4]],
        ['of a language', { language: 'bicep' }, [0, 1]],
        ['of a class', { class: 'pattern' }, [1]],
        ['of a system', { system: 'azurerm' }, [2, 4]],
        ['of a system in other letters', { system: 'AzureRM' }, [2, 4]],
        ['of a system that holds a wildcard', { system: '%' }, []],
        ['of a name', { name: 'net' }, [3, 2]],
        ['of a name with an underscore', { name: 'my_net' }, [4]],
        ['of a name that a wildcard would find', { name: 'm__net' }, []],
        ['of a namespace', { namespaces: ['contoso'] }, [1, 4]],
        ['of no namespace', { namespaces: [] }, []],
        ['by a word in the address', { search: 'hub' }, [1]],
        ['by a word in the description, without case', { search: 'NETWORK' }, [0, 2]],
        ['by several words, all of them', { search: ' network  terraform ' }, [2]],
        ['by a wildcard, as it stands', { search: '100%' }, [1]],
        ['by an underscore, as it stands', { search: 'with_' }, [4]],
        ['by a backslash', { search: '\\' }, []],
        ['by blanks', { search: '  ' }, [0, 1, 3, 2, 4]],
        ['the first two', { limit: 2 }, [0, 1]],
        ['the next two', { limit: 2, offset: 2 }, [3, 2]],
        ['the next two of some namespaces', { limit: 2, offset: 1, namespaces: ['contoso', 'avm'] }, [1, 3]],
        ['after the end', { limit: 2, offset: 9 }, []],
      ])('are listed: %s', async (_, filter, expected) => {
        expect(await list(filter)).toEqual(expected.map((i) => modules[i]!.name));
      });

      it('are listed while a version can be used', async () => {
        const { name } = modules[0]!;
        await store.command.setState({ repository: name, version: '1.0.0', to: 'deprecated' });
        expect(await list({ language: 'bicep' })).toContain(name);
        await store.command.setState({ repository: name, version: '1.0.0', to: 'revoked' });
        expect(await list({ language: 'bicep' })).not.toContain(name);
        expect(await list({ search: 'network' })).not.toContain(name);
        await store.command.setState({ repository: name, version: '1.0.0', to: 'reinstated' });
        await store.command.deleteManifest({ now, repository: name, digest: digest(100), kind: 'module' });
        expect(await list({ language: 'bicep' })).not.toContain(name);
      });

      it('are searched to the end, in pages, however many there are', async () => {
        const count = 1100;
        const name = (i: number) => `terraform/contoso/n${String(i).padStart(4, '0')}/test`;
        await Promise.all(
          Array.from({ length: count }, async (_, i) => {
            const description = i % 100 === 99 ? `wanted ${i}` : 'other';
            await store.command.putManifest(
              manifest(1000 + i, {
                repository: inRepository(name(i)),
                tags: ['1.0.0'],
                publication: publication(['1.0.0'], { address: name(i), description, archive: null }),
              }),
            );
          }),
        );
        const wanted = Array.from({ length: 11 }, (_, i) => name(i * 100 + 99));
        expect(await list({ search: 'wanted' })).toEqual(wanted);
        expect(await list({ search: 'wanted', limit: 3 })).toEqual(wanted.slice(0, 3));
        expect(await list({ search: 'wanted', offset: 4, limit: 6 })).toEqual(wanted.slice(4, 10));
        expect(await list({ search: 'wanted 1099' })).toEqual([name(1099)]);
        expect(await list({ search: 'wanted', offset: 11 })).toEqual([]);
        expect(await list({ search: 'nothing like this' })).toEqual([]);
      });
    });

    it('counts downloads by version and day', async () => {
      const at = { repository, version: '1.0.0', day: '2026-08-20' };
      await store.command.recordDownloads({ downloads: [{ ...at, count: 2 }] });
      await store.command.recordDownloads({
        downloads: [
          { ...at, count: 3 },
          { ...at, day: '2026-08-21', count: 10 },
          { ...at, version: '2.0.0', count: 100 },
          { ...at, repository: 'terraform/contoso/other/azurerm', count: 1000 },
        ],
      });
      const { countDownloads } = store.query;

      expect(await countDownloads({ repository })).toBe(115);
      expect(await countDownloads({ repository, since: '2026-08-21' })).toBe(10);
      expect(await countDownloads({ repository, version: '1.0.0' })).toBe(15);
      expect(await countDownloads({ repository, version: '1.0.0', since: '2026-08-22' })).toBe(0);
      expect(await countDownloads({ repository: 'none' })).toBe(0);
      const others = ['terraform/contoso/other/azurerm', 'none'];
      expect(await store.query.countDownloadsOf([repository, ...others])).toEqual(
        new Map([
          [repository, 115],
          ['terraform/contoso/other/azurerm', 1000],
        ]),
      );
      expect(await store.query.countDownloadsOf([])).toEqual(new Map());
    });

    describe('tokens', () => {
      const revokedAt = async () =>
        Object.fromEntries((await store.query.listTokens({})).map((row) => [row.id, row.revoked_at]));

      it('are stored, found and listed, oldest first', async () => {
        for (const [id, parent] of [['2'], ['1'], ['3', '1'], ['4', '3']] as const) {
          await store.command.createToken(token(id, parent ?? null));
        }
        await store.command.createToken({ ...token('5'), expiresAt: later });

        expect(await store.query.findToken('3')).toEqual(tokenRow('3', '1'));
        expect(await store.query.findToken('9')).toBeUndefined();
        expect(await store.query.findTokenByHash('hash of 5')).toEqual({
          ...tokenRow('5'),
          expires_at: later,
        });
        expect(await store.query.findTokenByHash('hash of 9')).toBeUndefined();
        expect((await store.query.listTokens({})).map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5']);
        expect((await store.query.listTokens({ of: '1' })).map(({ id }) => id)).toEqual(['1', '3']);
        await expect(store.command.createToken({ ...token('6'), hash: 'hash of 1' })).rejects.toThrow(
          /unique|duplicate/i,
        );
      });

      it('are revoked with all that came from them', async () => {
        for (const [id, parent] of [['1'], ['2', '1'], ['3', '2'], ['4', '3'], ['5', '1'], ['6']] as const) {
          await store.command.createToken(token(id, parent ?? null));
        }
        await store.command.revokeToken({ now, id: '3' });
        await store.command.revokeToken({ now: later, id: '1' });

        expect(await revokedAt()).toEqual({ 1: later, 2: later, 3: now, 4: now, 5: later, 6: null });
        expect(await refusal(store.command.revokeToken({ now, id: '9' }))).toEqual({
          code: 'ASH-TOKEN-UNKNOWN',
          id: '9',
        });
      });

      it('have no children after their revocation', async () => {
        await store.command.createToken(token('1'));
        await store.command.revokeToken({ now, id: '1' });
        const redeem = { code: 'c', codeExpiresAt: later, token: token('3', '1') };

        expect(await refusal(store.command.createToken(token('2', '1')))).toEqual({
          code: 'ASH-AUTH-INVALID',
        });
        expect(await refusal(store.command.redeemCode(redeem))).toEqual({ code: 'ASH-AUTH-INVALID' });
        expect(await refusal(store.command.createToken(token('2', '9')))).toEqual({
          code: 'ASH-AUTH-INVALID',
        });
        expect(Object.keys(await revokedAt())).toEqual(['1']);
      });

      it('are noted when used', async () => {
        await store.command.createToken(token('1'));
        await store.command.createToken(token('2'));
        await store.command.touchTokens({
          uses: [
            { id: '1', at: later },
            { id: '9', at: later },
          ],
        });

        expect(await store.query.listTokens({})).toEqual([
          { ...tokenRow('1'), last_used_at: later },
          tokenRow('2'),
        ]);
      });

      it('are preset: the last of a name counts, with its children', async () => {
        const preset = (id: string) => ({ ...token(id), name: 'preset', scopes: '["manage:*"]' });
        await store.command.presetToken(preset('1'));
        await store.command.presetToken({ ...preset('1'), now: later, id: 'again' });
        expect(await store.query.listTokens({})).toEqual([
          { ...tokenRow('1'), name: 'preset', scopes: '["manage:*"]' },
        ]);

        await store.command.createToken(token('2', '1'));
        await store.command.createToken(token('3', '2'));
        await store.command.presetToken({ ...preset('4'), now: later });
        expect(await revokedAt()).toEqual({ 1: later, 2: later, 3: later, 4: null });

        await store.command.presetToken(preset('1'));
        expect(await revokedAt()).toEqual({ 1: null, 2: later, 3: later, 4: now });

        await store.command.endPresets({ now: later, name: 'preset' });
        expect(await revokedAt()).toEqual({ 1: later, 2: later, 3: later, 4: now });
      });

      it('are preset as given, whatever they were before', async () => {
        await store.command.createToken(token('1'));
        await store.command.createToken({ ...token('2', '1'), expiresAt: later });
        await store.command.revokeToken({ now, id: '1' });
        await store.command.presetToken({
          ...token('x'),
          hash: 'hash of 2',
          name: 'preset',
          scopes: '["manage:*"]',
        });

        expect(await store.query.findTokenByHash('hash of 2')).toEqual({
          ...tokenRow('2'),
          name: 'preset',
          scopes: '["manage:*"]',
        });
      });

      it('are bought with a code once', async () => {
        const redeem = (id: string, at: number) =>
          store.command.redeemCode({ code: 'c', codeExpiresAt: later, token: { ...token(id), now: at } });
        const running = await Promise.allSettled(['1', '2', '3'].map(async (id) => await redeem(id, now)));

        expect(running.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
        expect(await refusal(redeem('4', later))).toEqual({
          code: 'ASH-OAUTH-REQUEST',
          reason: 'the code was used already',
        });
        expect(await store.query.listTokens({})).toHaveLength(1);
        // Past its expiry the code is refused before it comes here, so that it need not be remembered.
        await store.command.redeemCode({
          code: 'd',
          codeExpiresAt: later,
          token: { ...token('5'), now: later + 1 },
        });
        await redeem('6', later);
        expect(await store.query.listTokens({})).toHaveLength(3);
      });
    });

    it('keeps the first secret of a name', async () => {
      const values = await Promise.all(
        ['a', 'b', 'c'].map(async (value) => await store.command.ensureSecret({ name: 'ticket', value })),
      );
      expect(new Set(values).size).toBe(1);
      expect(await store.command.ensureSecret({ name: 'ticket', value: 'd' })).toBe(values[0]);
      expect(await store.command.ensureSecret({ name: 'other', value: 'd' })).toBe('d');
    });

    describe('together', () => {
      it('lets one of many contents win a version', async () => {
        const numbers = Array.from({ length: 40 }, (_, i) => 10 + i);
        await addBlobs([1]);
        const outcomes = await Promise.allSettled(
          numbers.map(async (n) => await publish('1.0.0', n, [1], { contentDigest: digest(900 + n) })),
        );
        const won = numbers.filter((_, i) => outcomes[i]!.status === 'fulfilled');
        const lost = outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [outcome.reason as AshlarError] : [],
        );

        expect(won).toHaveLength(1);
        expect(new Set(lost.map(({ code }) => code))).toEqual(new Set(['ASH-VERSION-EXISTS']));
        expect((await content()).versions).toEqual([
          versionRow('1.0.0', won[0]!, { content_digest: digest(900 + won[0]!) }),
        ]);
        expect((await content()).manifests).toHaveLength(1);
      });

      it('lets many identical pushes all succeed', async () => {
        await addBlobs([1]);
        const changed = await Promise.all(
          Array.from({ length: 40 }, async () => (await publish('1.0.0', 10)).changed),
        );

        expect(changed.flat()).toEqual(['1.0.0']);
        expect((await content()).versions).toEqual([versionRow('1.0.0', 10)]);
      });

      it('leaves nothing of a command that fails, and all of its neighbours', async () => {
        await publish('1.0.0', 10);
        await addBlobs([1, 2]);
        const failing = manifest(12, {
          parts: [blobPart(2)],
          tags: ['1.1.0', '1.0.0'],
          publication: publication(['1.1.0', '1.0.0'], { contentDigest: digest(901) }),
        });
        const outcomes = await Promise.allSettled([
          publish('2.0.0', 20, [1], { contentDigest: digest(920) }),
          store.command.putManifest(failing),
          store.command.createNamespace({ now, name: 'contoso', visibility: 'public' }),
          store.command.createNamespace({ now, name: 'zoo', visibility: 'public' }),
          store.command.addBlob({
            now,
            repository: inRepository('none/x', false),
            digest: digest(3),
            size: 1,
          }),
          publish('3.0.0', 30, [1], { contentDigest: digest(930) }),
        ]);

        expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
          true,
          false,
          false,
          true,
          false,
          true,
        ]);
        expect((await content()).tags).toEqual(['1.0.0', '2.0.0', '3.0.0']);
        expect(await store.query.findVersion({ repository, version: '1.1.0' })).toBeUndefined();
        expect(await store.query.findManifest({ repository, digest: digest(12) })).toBeUndefined();
        expect(await store.query.findNamespace('zoo')).toBeDefined();
        expect(await store.query.findRepository('none/x')).toBeUndefined();
      });

      it('shows to a query whatever was acknowledged before', async () => {
        for (let n = 0; n < 50; n++) {
          await store.command.createNamespace({ now, name: `n${n}`, visibility: 'public' });
          expect(await store.query.findNamespace(`n${n}`)).toBeDefined();
        }
      });

      it('keeps everything over a restart', async () => {
        await publish('1.0.0', 10);
        await publish('2.0.0', 11, [2], { contentDigest: digest(901) });
        await store.command.setState({ repository, version: '2.0.0', to: 'revoked', reason: 'CVE' });
        await store.command.deleteTag({ now, repository, tag: '1.0.0', version: '1.0.0' });
        await store.command.createToken(token('1'));
        const [before, tokens] = [await content(), await store.query.listTokens({})];
        store = await fixture.reopen();

        expect(await content()).toEqual(before);
        expect(await store.query.listTokens({})).toEqual(tokens);
        expect(await refusal(publish('1.0.0', 12))).toMatchObject({ code: 'ASH-VERSION-DELETED' });
      });

      it('refuses commands after it was closed', async () => {
        await store.close();
        expect(await refusal(store.command.createToken(token('1')))).toMatchObject({
          code: 'ASH-UNAVAILABLE',
        });
      });
    });
  });
}
