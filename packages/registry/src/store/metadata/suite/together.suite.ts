import type { AshlarError } from '@ashlar/core';
import { describe, expect, it } from 'vitest';

import {
  blobPart,
  digest,
  inRepository,
  manifest,
  now,
  publication,
  refusal,
  repository,
  token,
  versionRow,
} from './example.ts';
import type { SuitePlace } from './place.ts';

export function togetherSuite(place: SuitePlace): void {
  const { addBlobs, publish, content } = place;

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
      // The manifest and its tag.
      expect((await content()).manifests).toHaveLength(2);
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
        place.store.command.putManifest(failing),
        place.store.command.createNamespace({ now, name: 'contoso', visibility: 'public' }),
        place.store.command.createNamespace({ now, name: 'zoo', visibility: 'public' }),
        place.store.command.addBlob({
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
      expect(await place.store.query.findVersion({ repository, version: '1.1.0' })).toBeUndefined();
      expect(await place.store.query.findManifest({ repository, digest: digest(12) })).toBeUndefined();
      expect(await place.store.query.findNamespace('zoo')).toBeDefined();
      expect(await place.store.query.findRepository('none/x')).toBeUndefined();
    });

    it('shows to a query whatever was acknowledged before', async () => {
      for (let n = 0; n < 50; n++) {
        await place.store.command.createNamespace({ now, name: `n${n}`, visibility: 'public' });
        expect(await place.store.query.findNamespace(`n${n}`)).toBeDefined();
      }
    });

    it('keeps everything over a restart', async () => {
      await publish('1.0.0', 10);
      await publish('2.0.0', 11, [2], { contentDigest: digest(901) });
      await place.store.command.setState({ repository, version: '2.0.0', to: 'revoked', reason: 'CVE' });
      await place.store.command.deleteTag({ now, repository, tag: '1.0.0', version: '1.0.0' });
      await place.store.command.createToken(token('1'));
      const [before, tokens] = [await content(), await place.store.query.listTokens({})];
      await place.reopen();

      expect(await content()).toEqual(before);
      expect(await place.store.query.listTokens({})).toEqual(tokens);
      expect(await refusal(publish('1.0.0', 12))).toMatchObject({ code: 'ASH-VERSION-DELETED' });
    });

    it('refuses commands after it was closed', async () => {
      await place.store.close();
      expect(await refusal(place.store.command.createToken(token('1')))).toMatchObject({
        code: 'ASH-UNAVAILABLE',
      });
    });
  });
}
