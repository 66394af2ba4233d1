import { describe, expect, it } from 'vitest';

import type { ModelInput } from '../command/index.ts';
import { blobPart, digest, manifest, now, publication, repository } from './example.ts';
import type { SuitePlace } from './place.ts';

export function modelsSuite(place: SuitePlace): void {
  const { addBlobs } = place;

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
      await place.store.command.putManifest(
        manifest(n, {
          parts: [blobPart(n)],
          tags: versions,
          publication: publication(versions, { models: models.map(([, each]) => each) }),
        }),
      );
    };
    const find = async (version: string) => await place.store.query.findModel({ repository, version });

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
      const { command } = place.store;
      await command.deleteTag({ now, repository, tag: '1.0.0', version: '1.0.0' });
      expect([await find('1.0.0'), (await find('1.1.0'))?.model]).toEqual([undefined, 'a']);
      await command.deleteManifest({ now, repository, digest: digest(1), kind: 'module' });
      expect([await find('1.1.0'), (await find('2.0.0'))?.model]).toEqual([undefined, 'b']);
      await command.deleteRepository({ now, repository });
      expect(await find('2.0.0')).toBeUndefined();

      await put(1, ['1.0.0', model('a')]);
      expect((await find('1.0.0'))?.model).toBe('a');
    });

    it('tells nothing of a version that is gone, also where others were compared with it', async () => {
      await put(1, ['1.0.0', model('a')], ['1.0.1', model('a', '1.0.0')]);
      await put(2, ['2.0.0', model('b', '1.0.1')], ['3.0.0', model('b', '2.0.0')]);
      const { command } = place.store;
      await command.deleteTag({ now, repository, tag: '2.0.0', version: '2.0.0' });
      expect(await find('3.0.0')).toEqual({ repository, version: '3.0.0', ...model('b') });
      expect((await find('1.0.1'))?.before).toBe('1.0.0');
      await put(3, ['4.0.0', model('c', '1.0.1')]);
      await command.deleteManifest({ now, repository, digest: digest(1), kind: 'module' });
      expect(await find('4.0.0')).toEqual({ repository, version: '4.0.0', ...model('c') });
    });

    it('can be added to one that is there', async () => {
      await put(1, ['1.0.0', undefined], ['1.1.0', model('first')]);
      await put(2, ['2.0.0', undefined]);
      const { command } = place.store;
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
      await place.store.command.storeModel({
        repository,
        version: '1.0.0',
        digest: digest(2),
        model: model('b'),
      });
      expect(await find('1.0.0')).toBeUndefined();
    });
  });
}
