import { base64url, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';

import { createTicketBox, type TicketKind } from './ticket.ts';

const kinds: TicketKind[] = ['access', 'refresh', 'upload', 'archive', 'code'];
const key = Buffer.alloc(32, 1);
const start = Date.UTC(2026, 7, 21);
let now = start;
const clock = { now: () => now };
const box = createTicketBox(key, clock);
const seconds = start / 1000;
const claims = { sub: 'token:1', aud: 'ashlar:access', iat: seconds, exp: seconds + 60 };

/** A ticket whose header was exchanged. */
async function relabelled(): Promise<string> {
  const [, payload, signature] = (await box.issue('access', {}, 60)).split('.');
  return `${base64url.encode('{"alg":"none","typ":"JWT"}')}.${payload}.${signature}`;
}

describe('T-21: tickets', () => {
  it('give back what was put in', async () => {
    now = start;
    expect(await box.read('access', await box.issue('access', { sub: 'token:1', x: [1] }, 60))).toEqual({
      ...claims,
      x: [1],
    });
  });

  it('are the JWTs of the standard, both ways', async () => {
    now = start;
    const theirs = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key);
    expect(await box.read('access', theirs)).toEqual(claims);
    const ours = await box.issue('access', { sub: 'ä' }, 60);
    const options = { algorithms: ['HS256'], audience: 'ashlar:access', currentDate: new Date(now) };
    expect((await jwtVerify(ours, key, options)).payload).toEqual({ ...claims, sub: 'ä' });
  });

  it('of one kind are of no use as another', async () => {
    now = start;
    for (const kind of kinds) {
      const ticket = await box.issue(kind, {}, 60);
      for (const other of kinds) {
        expect([kind, other, (await box.read(other, ticket)) !== undefined]).toEqual([
          kind,
          other,
          kind === other,
        ]);
        expect([kind, other, (await box.readExpired(other, ticket)) !== undefined]).toEqual([
          kind,
          other,
          kind === other,
        ]);
      }
    }
  });

  it('expire to the second', async () => {
    now = start;
    const ticket = await box.issue('upload', { sub: 'a' }, 60);
    now = start + 59_999;
    expect(await box.read('upload', ticket)).toBeDefined();
    now = start + 60_000;
    expect(await box.read('upload', ticket)).toBeUndefined();
    expect(await box.readExpired('upload', ticket)).toMatchObject({ sub: 'a' });
    expect(await box.readExpired('access', ticket)).toBeUndefined();
    expect(await box.readExpired('upload', ticket.slice(0, -2))).toBeUndefined();
  });

  it('are void when one character differs', async () => {
    now = start;
    const ticket = await box.issue('access', { sub: 'token:1' }, 60);
    for (let i = 0; i < ticket.length; i += 1) {
      const altered = ticket.slice(0, i) + (ticket[i] === 'A' ? 'B' : 'A') + ticket.slice(i + 1);
      expect([i, await box.read('access', altered), await box.readExpired('access', altered)]).toEqual([
        i,
        undefined,
        undefined,
      ]);
    }
  });

  it.each<[string, () => string | Promise<string>]>([
    ['nothing', () => ''],
    ['no ticket', () => 'a.b.c'],
    ['one that says none over a true signature', async () => await relabelled()],
    ['one with more parts', async () => `${await box.issue('access', {}, 60)}.x`],
    ['one without a signature', () => new UnsecuredJWT(claims).encode()],
    [
      'one that says none',
      () => `${base64url.encode('{"alg":"none"}')}.${base64url.encode(JSON.stringify(claims))}.`,
    ],
    [
      'one under another key',
      async () =>
        await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(Buffer.alloc(32, 2)),
    ],
    [
      'one under another algorithm',
      async () =>
        await new SignJWT(claims).setProtectedHeader({ alg: 'HS512', typ: 'JWT' }).sign(Buffer.alloc(64, 1)),
    ],
    [
      'one of another issuer that expired',
      async () =>
        await new SignJWT({ ...claims, exp: 1 })
          .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
          .sign(Buffer.alloc(32, 2)),
    ],
  ])('are told from %s', async (_, forged) => {
    now = start;
    expect(await box.read('access', await forged())).toBeUndefined();
    expect(await box.readExpired('access', await forged())).toBeUndefined();
  });
});
