import { describe, expect, it } from 'vitest';

import { later, now, refusal, token, tokenRow } from './example.ts';
import type { SuitePlace } from './place.ts';

export function identitySuite(place: SuitePlace): void {
  describe('tokens', () => {
    const revokedAt = async () =>
      Object.fromEntries((await place.store.query.listTokens({})).map((row) => [row.id, row.revoked_at]));

    it('are stored, found and listed, oldest first', async () => {
      for (const [id, parent] of [['2'], ['1'], ['3', '1'], ['4', '3']] as const) {
        await place.store.command.createToken(token(id, parent ?? null));
      }
      await place.store.command.createToken({ ...token('5'), expiresAt: later });

      expect(await place.store.query.findToken('3')).toEqual(tokenRow('3', '1'));
      expect(await place.store.query.findToken('9')).toBeUndefined();
      expect(await place.store.query.findTokenByHash('hash of 5')).toEqual({
        ...tokenRow('5'),
        expires_at: later,
      });
      expect(await place.store.query.findTokenByHash('hash of 9')).toBeUndefined();
      expect((await place.store.query.listTokens({})).map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5']);
      expect((await place.store.query.listTokens({ of: '1' })).map(({ id }) => id)).toEqual(['1', '3']);
      await expect(place.store.command.createToken({ ...token('6'), hash: 'hash of 1' })).rejects.toThrow(
        /unique|duplicate/i,
      );
    });

    it('are revoked with all that came from them', async () => {
      for (const [id, parent] of [['1'], ['2', '1'], ['3', '2'], ['4', '3'], ['5', '1'], ['6']] as const) {
        await place.store.command.createToken(token(id, parent ?? null));
      }
      await place.store.command.revokeToken({ now, id: '3' });
      await place.store.command.revokeToken({ now: later, id: '1' });

      expect(await revokedAt()).toEqual({ 1: later, 2: later, 3: now, 4: now, 5: later, 6: null });
      expect(await refusal(place.store.command.revokeToken({ now, id: '9' }))).toEqual({
        code: 'ASH-TOKEN-UNKNOWN',
        id: '9',
      });
    });

    it('have no children after their revocation', async () => {
      await place.store.command.createToken(token('1'));
      await place.store.command.revokeToken({ now, id: '1' });
      const redeem = { code: 'c', codeExpiresAt: later, token: token('3', '1') };

      expect(await refusal(place.store.command.createToken(token('2', '1')))).toEqual({
        code: 'ASH-AUTH-INVALID',
      });
      expect(await refusal(place.store.command.redeemCode(redeem))).toEqual({ code: 'ASH-AUTH-INVALID' });
      expect(await refusal(place.store.command.createToken(token('2', '9')))).toEqual({
        code: 'ASH-AUTH-INVALID',
      });
      expect(Object.keys(await revokedAt())).toEqual(['1']);
    });

    it('are noted when used', async () => {
      await place.store.command.createToken(token('1'));
      await place.store.command.createToken(token('2'));
      await place.store.command.touchTokens({
        uses: [
          { id: '1', at: later },
          { id: '9', at: later },
        ],
      });

      expect(await place.store.query.listTokens({})).toEqual([
        { ...tokenRow('1'), last_used_at: later },
        tokenRow('2'),
      ]);
    });

    it('are preset: the last of a name counts, with its children', async () => {
      const preset = (id: string) => ({ ...token(id), name: 'preset', scopes: '["manage:*"]' });
      await place.store.command.presetToken(preset('1'));
      await place.store.command.presetToken({ ...preset('1'), now: later, id: 'again' });
      expect(await place.store.query.listTokens({})).toEqual([
        { ...tokenRow('1'), name: 'preset', scopes: '["manage:*"]' },
      ]);

      await place.store.command.createToken(token('2', '1'));
      await place.store.command.createToken(token('3', '2'));
      await place.store.command.presetToken({ ...preset('4'), now: later });
      expect(await revokedAt()).toEqual({ 1: later, 2: later, 3: later, 4: null });

      await place.store.command.presetToken(preset('1'));
      expect(await revokedAt()).toEqual({ 1: null, 2: later, 3: later, 4: now });

      await place.store.command.endPresets({ now: later, name: 'preset' });
      expect(await revokedAt()).toEqual({ 1: later, 2: later, 3: later, 4: now });
    });

    it('are preset as given, whatever they were before', async () => {
      await place.store.command.createToken(token('1'));
      await place.store.command.createToken({ ...token('2', '1'), expiresAt: later });
      await place.store.command.revokeToken({ now, id: '1' });
      await place.store.command.presetToken({
        ...token('x'),
        hash: 'hash of 2',
        name: 'preset',
        scopes: '["manage:*"]',
      });

      expect(await place.store.query.findTokenByHash('hash of 2')).toEqual({
        ...tokenRow('2'),
        name: 'preset',
        scopes: '["manage:*"]',
      });
    });

    it('are bought with a code once', async () => {
      const redeem = (id: string, at: number) =>
        place.store.command.redeemCode({ code: 'c', codeExpiresAt: later, token: { ...token(id), now: at } });
      const running = await Promise.allSettled(['1', '2', '3'].map(async (id) => await redeem(id, now)));

      expect(running.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
      expect(await refusal(redeem('4', later))).toEqual({
        code: 'ASH-OAUTH-REQUEST',
        reason: 'the code was used already',
      });
      expect(await place.store.query.listTokens({})).toHaveLength(1);
      // Past its expiry the code is refused before it comes here, so that it need not be remembered.
      await place.store.command.redeemCode({
        code: 'd',
        codeExpiresAt: later,
        token: { ...token('5'), now: later + 1 },
      });
      await redeem('6', later);
      expect(await place.store.query.listTokens({})).toHaveLength(3);
    });
  });

  it('keeps the first secret of a name', async () => {
    const values = await Promise.all(
      ['a', 'b', 'c'].map(async (value) => await place.store.command.ensureSecret({ name: 'ticket', value })),
    );
    expect(new Set(values).size).toBe(1);
    expect(await place.store.command.ensureSecret({ name: 'ticket', value: 'd' })).toBe(values[0]);
    expect(await place.store.command.ensureSecret({ name: 'other', value: 'd' })).toBe('d');
  });
}
