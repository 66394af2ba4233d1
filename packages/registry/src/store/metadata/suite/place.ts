import { afterEach, beforeEach } from 'vitest';

import type { ManifestInput, Publication } from '../command/index.ts';
import type { MetadataStore } from '../metadata-store.ts';
import { blobPart, digest, inRepository, manifest, now, publication, repository } from './example.ts';

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

/** The store of the test that runs, and what many tests do with it first. */
export type SuitePlace = ReturnType<typeof suitePlace>;

/** Opens a store before each test and closes it afterwards. */
export function suitePlace(open: () => Promise<MetadataStoreFixture>) {
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
      manifests: [
        ...(await query.listManifests({ repository, limit: 1_000 })),
        ...(await query.listTagsByDigest({
          repository,
          first: digest(0),
          last: digest(Number.MAX_SAFE_INTEGER),
          after: undefined,
          limit: 1_000,
        })),
      ],
      sizes: await query.blobSizes({
        repository,
        manifests: Array.from({ length: 30 }, (_, n) => digest(n)),
      }),
    };
  }

  return {
    get store() {
      return store;
    },
    execute: async (sql: string) => await fixture.execute(sql),
    async reopen() {
      store = await fixture.reopen();
    },
    addBlobs,
    publish,
    push,
    content,
  };
}
