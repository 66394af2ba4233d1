import { describe, expect, it } from 'vitest';

import type { Publication } from '../command/index.ts';
import {
  blobPart,
  digest,
  inRepository,
  later,
  manifest,
  now,
  publication,
  refusal,
  repository,
  versionRow,
} from './example.ts';
import type { SuitePlace } from './place.ts';

export function versionsSuite(place: SuitePlace): void {
  const { addBlobs, publish, content } = place;

  describe('versions', () => {
    it('are written with all that is known about them', async () => {
      expect(await publish('1.0.0', 10)).toEqual({ changed: ['1.0.0'] });

      expect(await place.store.query.findVersion({ repository, version: '1.0.0' })).toEqual(
        versionRow('1.0.0', 10),
      );
      expect(await place.store.query.findReadme({ repository, version: '1.0.0' })).toBe('# Net');
      expect(await place.store.query.findModule(repository)).toEqual({
        repository,
        namespace: 'contoso',
        language: 'terraform',
        address: 'terraform/Contoso/Net/azurerm',
        class: null,
        created_at: now,
      });
      expect(await place.store.query.findVersion({ repository, version: '1.0.1' })).toBeUndefined();
      expect(await place.store.query.findReadme({ repository, version: '1.0.1' })).toBeUndefined();
      expect(await place.store.query.findModule('terraform/contoso/other/azurerm')).toBeUndefined();
    });

    it('may lack what not every module has', async () => {
      await publish('1.0.0', 10, [1], {
        archive: null,
        documentation: null,
        readme: null,
        class: 'pattern',
      });

      expect(await place.store.query.findVersion({ repository, version: '1.0.0' })).toEqual(
        versionRow('1.0.0', 10, { archive_digest: null, archive_size: null, documentation: null }),
      );
      expect(await place.store.query.findReadme({ repository, version: '1.0.0' })).toBeUndefined();
      expect(await place.store.query.findModule(repository)).toMatchObject({ class: 'pattern' });
    });

    it(
      'share a digest by the thousand, and their tags are listed all the same',
      { timeout: 60_000 },
      async () => {
        await addBlobs([1]);
        for (let minor = 0; minor < 40; minor++) {
          const tags = Array.from({ length: 100 }, (_, patch) => `1.${minor}.${patch}_build`);
          const versions = publication(tags.map((tag) => tag.replace('_', '+')));
          await place.store.command.putManifest(
            manifest(10, { tags, parts: [blobPart(1)], publication: versions }),
          );
        }
        await place.store.command.setState({ repository, version: '1.2.3+build', to: 'revoked' });
        const began = performance.now();

        const listed = await place.store.query.listTags({ repository });

        expect([listed.length, listed.includes('1.2.3_build')]).toEqual([3_999, false]);
        // Comparing each with each takes many seconds; otherwise it is far from this, even on a busy machine.
        expect(performance.now() - began).toBeLessThan(10_000);
      },
    );

    it('share a digest, and are listed with all that is kept of them or with their states alone', async () => {
      await addBlobs([1]);
      const tags = ['1.0.0', '1.0.0_build'];
      const both = publication(['1.0.0', '1.0.0+build']);
      expect(
        await place.store.command.putManifest(
          manifest(10, { parts: [blobPart(1)], tags, publication: both }),
        ),
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
      const ofDigest = await place.store.query.findVersionsByDigest({ repository, digest: digest(10) });
      expect(ofDigest.map((row) => row.version).toSorted()).toEqual(['1.0.0', '1.0.0+build']);
      await place.store.command.setState({ repository, version: '1.0.0', to: 'revoked', reason: 'CVE' });
      await place.store.command.setState({ repository, version: '2.0.0', to: 'deprecated' });
      const shown = (rows: readonly { version: string; state: string }[]) =>
        rows.map(({ version, state }) => `${version} ${state}`).toSorted();
      const states = await place.store.query.listVersionStates(repository);
      expect(shown(states)).toEqual(['1.0.0 revoked', '1.0.0+build admitted', '2.0.0 deprecated']);
      expect(states.find(({ version }) => version === '1.0.0')).toEqual({
        repository,
        version: '1.0.0',
        digest: digest(10),
        documentation: 'https://example.com/net',
        state: 'revoked',
        reason: 'CVE',
        link: null,
        replacement: null,
        sunset_at: null,
      });
      expect(shown(await place.store.query.listOfferedVersions([repository]))).toEqual([
        '1.0.0+build admitted',
        '2.0.0 deprecated',
      ]);
      await place.store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });
      expect(shown(await place.store.query.listVersionStates(repository))).toEqual(['2.0.0 deprecated']);
      expect(shown(await place.store.query.listOfferedVersions([repository]))).toEqual(['2.0.0 deprecated']);
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
      await place.store.command.setState({ repository, version: '1.0.0', to: 'revoked', reason: 'CVE' });
      await place.store.command.deleteTag({ now: later, repository, tag: '1.0.0', version: '1.0.0' });

      expect(await content()).toEqual({ versions: [], tags: [], manifests: [], sizes: new Map() });
      expect(await place.store.query.findVersion({ repository, version: '1.0.0' })).toBeUndefined();
      expect(await place.store.query.findReadme({ repository, version: '1.0.0' })).toBeUndefined();
      expect(await place.store.query.findVersionsByDigest({ repository, digest: digest(10) })).toEqual([]);
      expect(await refusal(publish('1.0.0', 11))).toEqual({
        code: 'ASH-VERSION-DELETED',
        address: repository,
        version: '1.0.0',
        digest: digest(10),
        pushed: digest(11),
      });

      expect(await publish('1.0.0', 10)).toEqual({ changed: ['1.0.0'] });
      // Deleting and pushing again is no way round a revocation.
      expect(await place.store.query.findVersion({ repository, version: '1.0.0' })).toMatchObject({
        state: 'revoked',
        reason: 'CVE',
        deleted_at: null,
      });
    });

    it('close a blob when all that name it are revoked, apart from a blob of two bytes', async () => {
      const empty = { digest: digest(3), size: 2 };
      await place.store.command.addBlob({ now, repository: inRepository(), ...empty });
      const parts = [blobPart(1), { ...empty, kind: 'blob' as const, required: true }];
      const publishParts = async (version: string, n: number) =>
        await place.store.command.putManifest(
          manifest(n, {
            parts,
            tags: [version],
            publication: publication([version], { contentDigest: digest(900 + n) }),
          }),
        );
      const revoke = async (version: string) =>
        await place.store.command.setState({ repository, version, to: 'revoked' });
      const closedBy = async (n: number) =>
        (await place.store.query.findBlob({ repository, digest: digest(n) }))?.revoked;
      await addBlobs([1]);
      await publishParts('2.0.0', 10);
      await publishParts('1.0.0', 11);
      await place.store.command.putManifest(manifest(12, { parts, subject: digest(10) }));

      expect(await closedBy(1)).toBeNull();
      await revoke('2.0.0');
      expect(await closedBy(1)).toBeNull();
      await revoke('1.0.0');
      expect([await closedBy(1), await closedBy(3)]).toEqual(['1.0.0', null]);
      await place.store.command.setState({ repository, version: '2.0.0', to: 'reinstated' });
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
          await place.store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });

        await expect(place.execute(sql)).rejects.toThrow(/never|taken|unique|duplicate/i);
      }
      await publish('1.0.0', 10);
      expect((await content()).versions).toEqual([versionRow('1.0.0', 10)]);
    });
  });
}
