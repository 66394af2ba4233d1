import { describe, expect, it } from 'vitest';

import type { StateInput } from '../command/index.ts';
import { blobPart, digest, later, manifest, now, refusal, repository, versionRow } from './example.ts';
import type { SuitePlace } from './place.ts';

export function statesSuite(place: SuitePlace): void {
  const { publish } = place;

  describe('states', () => {
    type Step = Omit<StateInput, 'repository' | 'version'>;
    const set = async (step: Step) => {
      await place.store.command.setState({ repository, version: '1.0.0', ...step });
    };
    const columns = async () => {
      const { state, reason, link, replacement, sunset_at } = (await place.store.query.findVersion({
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
      await place.store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });
      expect(await refusal(set(revoke))).toEqual(unknown);
    });

    it('touch one version only, also of a shared digest', async () => {
      await publish('1.0.0', 10);
      await publish('1.0.1', 10);
      await set(revoke);

      expect(await place.store.query.findVersion({ repository, version: '1.0.1' })).toEqual(
        versionRow('1.0.1', 10),
      );
    });

    it('close a blob while all versions that name it are revoked, also when an attachment names it', async () => {
      await publish('1.0.0', 10, [1, 2, 3]);
      await publish('1.0.1', 11, [2], { contentDigest: digest(901) });
      await place.store.command.putManifest(manifest(12, { parts: [blobPart(3)], subject: digest(10) }));
      const owners = async () =>
        await Promise.all(
          [1, 2, 3].map(
            async (n) => (await place.store.query.findBlob({ repository, digest: digest(n) }))?.revoked,
          ),
        );
      expect(await owners()).toEqual([null, null, null]);
      await set(revoke);
      expect(await owners()).toEqual(['1.0.0', null, '1.0.0']);
      await place.store.command.setState({ repository, version: '1.0.1', to: 'revoked' });
      expect(await owners()).toEqual(['1.0.0', '1.0.0', '1.0.0']);
      await place.store.command.deleteTag({ now, repository, tag: '1.0.0', version: '1.0.0' });
      expect(await owners()).toEqual([undefined, '1.0.1', null]);
      await place.store.command.setState({ repository, version: '1.0.1', to: 'reinstated' });
      expect(await owners()).toEqual([undefined, null, null]);
    });
  });
}
