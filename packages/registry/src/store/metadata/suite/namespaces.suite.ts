import { describe, expect, it } from 'vitest';

import { digest, later, now, refusal, repository } from './example.ts';
import type { SuitePlace } from './place.ts';

export function namespacesSuite(place: SuitePlace): void {
  const { addBlobs, publish } = place;

  describe('namespaces', () => {
    it('are created, found, listed by name, changed and deleted', async () => {
      const { command, query } = place.store;
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
      const { command } = place.store;
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
      expect(await place.store.query.findNamespace('avm')).toMatchObject({
        visibility: 'public',
        created_at: now,
      });
    });

    it('stay while the tombstone of a version needs them', async () => {
      await publish('1.0.0', 10);
      await place.store.command.deleteManifest({ now, repository, digest: digest(10), kind: 'module' });

      expect(await refusal(place.store.command.deleteNamespace({ name: 'contoso' }))).toMatchObject({
        code: 'ASH-NAMESPACE-NOT-EMPTY',
      });
    });
  });
}
