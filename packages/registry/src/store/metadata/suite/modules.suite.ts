import { beforeEach, describe, expect, it } from 'vitest';

import { digest, inRepository, manifest, now, publication, repository } from './example.ts';
import type { SuitePlace } from './place.ts';

export function modulesSuite(place: SuitePlace): void {
  describe('modules', () => {
    const modules = [
      { name: 'bicep/avm/res/net', description: 'A Network' },
      { name: 'bicep/contoso/ptn/hub', description: '100% covered', class: 'pattern' as const },
      { name: 'terraform/avm/net/azurerm', description: 'a network, too' },
      { name: 'terraform/avm/net/aws', description: '' },
      { name: 'terraform/contoso/my_net/azurerm', description: 'with_underscore' },
    ];
    const list = async (filter: object) =>
      (await place.store.query.listModules({ namespaces: undefined, limit: 100, ...filter })).map(
        (row) => row.repository,
      );

    beforeEach(async () => {
      for (const [i, { name, description, class: kind }] of modules.entries()) {
        await place.store.command.putManifest(
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
      await place.store.command.setState({ repository: name, version: '1.0.0', to: 'deprecated' });
      expect(await list({ language: 'bicep' })).toContain(name);
      await place.store.command.setState({ repository: name, version: '1.0.0', to: 'revoked' });
      expect(await list({ language: 'bicep' })).not.toContain(name);
      expect(await list({ search: 'network' })).not.toContain(name);
      await place.store.command.setState({ repository: name, version: '1.0.0', to: 'reinstated' });
      await place.store.command.deleteManifest({
        now,
        repository: name,
        digest: digest(100),
        kind: 'module',
      });
      expect(await list({ language: 'bicep' })).not.toContain(name);
    });

    it('are searched to the end, in pages, however many there are', { timeout: 180_000 }, async () => {
      const count = 1100;
      const name = (i: number) => `terraform/contoso/n${String(i).padStart(4, '0')}/test`;
      await Promise.all(
        Array.from({ length: count }, async (_, i) => {
          const description = i % 100 === 99 ? `wanted ${i}` : 'other';
          await place.store.command.putManifest(
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
    await place.store.command.recordDownloads({ downloads: [{ ...at, count: 2 }] });
    await place.store.command.recordDownloads({
      downloads: [
        { ...at, count: 3 },
        { ...at, day: '2026-08-21', count: 10 },
        { ...at, version: '2.0.0', count: 100 },
        { ...at, repository: 'terraform/contoso/other/azurerm', count: 1000 },
      ],
    });
    const { countDownloads } = place.store.query;

    expect(await countDownloads({ repository })).toBe(115);
    expect(await countDownloads({ repository, since: '2026-08-21' })).toBe(10);
    expect(await countDownloads({ repository, since: '2026-08-22' })).toBe(0);
    expect(await countDownloads({ repository: 'none' })).toBe(0);
    const others = ['terraform/contoso/other/azurerm', 'none'];
    expect(await place.store.query.countDownloadsOf([repository, ...others])).toEqual(
      new Map([
        [repository, 115],
        ['terraform/contoso/other/azurerm', 1000],
      ]),
    );
    expect(await place.store.query.countDownloadsOf([])).toEqual(new Map());
  });
}
