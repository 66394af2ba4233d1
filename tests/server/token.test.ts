import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestServer, type Json, type TestServer } from '../support/server.ts';

let server: TestServer;
let now = Date.UTC(2027, 0, 1);

beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => now } });
  await server.api('POST', '/namespaces', { name: 'contoso' });
});
afterAll(async () => await server.stop());

async function make(scopes: string[], by = server.admin, more: object = {}): Promise<Json> {
  const { status, body } = await server.api(
    'POST',
    '/tokens',
    { name: scopes.join(' '), scopes, ...more },
    by,
  );
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
}

async function ids(by: string): Promise<string[]> {
  const { body } = await server.api('GET', '/tokens', undefined, by);
  return body.map(({ id }: Json) => id);
}

const status = async (token: string) => (await server.api('GET', '/status', undefined, token)).status;

describe('making a token', () => {
  it('shows it once, with what it may do', async () => {
    const made = await make(['publish:Contoso', 'read:*'], server.admin, {
      expiresAt: '2027-02-01T00:00:00+01:00',
    });
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      name: 'publish:Contoso read:*',
      scopes: ['publish:contoso', 'read:*'],
      createdAt: '2027-01-01T00:00:00.000Z',
      expiresAt: '2027-01-31T23:00:00.000Z',
      token: expect.stringMatching(/^ash_[0-9A-Za-z]{49}$/),
    });
    const listed = (await server.api('GET', '/tokens')).body;
    expect(JSON.stringify(listed)).not.toContain(made.token);
    expect(listed.find(({ id }: Json) => id === made.id)).toEqual({ ...made, token: undefined });
    expect(await server.api('GET', '/status', undefined, made.token)).toMatchObject({
      body: { caller: { subject: `token:${made.id}`, scopes: ['publish:contoso', 'read:*'] } },
    });
  });

  it.each<[string, object, number, string]>([
    ['nothing', {}, 400, 'ASH-REQUEST-INVALID'],
    ['no scope', { name: 'x', scopes: [] }, 400, 'ASH-REQUEST-INVALID'],
    ['no name', { name: '', scopes: ['read:*'] }, 400, 'ASH-REQUEST-INVALID'],
    ['a long name', { name: 'x'.repeat(101), scopes: ['read:*'] }, 400, 'ASH-REQUEST-INVALID'],
    ['an unknown action', { name: 'x', scopes: ['write:*'] }, 400, 'ASH-SCOPE-INVALID'],
    ['a bad namespace', { name: 'x', scopes: ['read:../x'] }, 400, 'ASH-SCOPE-INVALID'],
    [
      'an end in the past',
      { name: 'x', scopes: ['read:*'], expiresAt: '2026-12-31T00:00:00Z' },
      400,
      'ASH-TOKEN-EXPIRY',
    ],
    [
      'an end without zone',
      { name: 'x', scopes: ['read:*'], expiresAt: '2027-12-31T00:00:00' },
      400,
      'ASH-REQUEST-INVALID',
    ],
    ['an end that is none', { name: 'x', scopes: ['read:*'], expiresAt: 'soon' }, 400, 'ASH-REQUEST-INVALID'],
    ['a field too many', { name: 'x', scopes: ['read:*'], parent: 'me' }, 400, 'ASH-REQUEST-INVALID'],
  ])('refuses %s', async (_, body, expected, code) => {
    expect(await server.api('POST', '/tokens', body)).toMatchObject({ status: expected, body: { code } });
  });

  it('T-24: keeps a hash of it, and no piece of the token itself', async () => {
    const { id, token } = await make(['read:contoso']);
    const database = new DatabaseSync(join(server.data, 'metadata.db'), { readOnly: true });
    try {
      const row = database.prepare('select * from token where id = ?').get(id)!;
      expect(row['hash']).toBe(createHash('sha256').update(token).digest('hex'));
      const stored = JSON.stringify(database.prepare('select * from token').all());
      const pieces = Array.from({ length: token.length - 7 }, (_, i) => token.slice(i, i + 8));
      expect(pieces.filter((piece) => stored.includes(piece))).toEqual([]);
    } finally {
      database.close();
    }
  });

  it('needs a caller, and grants no more than its maker has', async () => {
    const body = { name: 'x', scopes: ['read:contoso'] };
    expect(await server.api('POST', '/tokens', body, '')).toMatchObject({ status: 401 });
    const { token } = await make(['publish:contoso']);
    for (const scope of ['manage:contoso', 'read:other', 'read:*', 'manage:*']) {
      expect(await server.api('POST', '/tokens', { name: 'x', scopes: [scope] }, token)).toMatchObject({
        status: 403,
        body: { code: 'ASH-TOKEN-SCOPE-EXCEEDED' },
      });
    }
    await make(['read:contoso'], token);
  });

  it('bounds the life of a child by that of its parent', async () => {
    const parent = await make(['publish:contoso'], server.admin, { expiresAt: '2027-03-01T00:00:00Z' });
    const child = await make(['read:contoso'], parent.token, { expiresAt: '2028-01-01T00:00:00Z' });
    expect(child).toMatchObject({ parent: parent.id, expiresAt: '2027-03-01T00:00:00.000Z' });
    expect(await make(['read:contoso'], parent.token)).toMatchObject({
      expiresAt: '2027-03-01T00:00:00.000Z',
    });
  });

  it('does not take an access token, which is for pulls and pushes only', async () => {
    const basic = Buffer.from(`x:${server.admin}`).toString('base64');
    const response = await fetch(
      `${server.http}/token?service=${server.httpHost}&scope=repository:contoso/x:pull`,
      {
        headers: { authorization: `Basic ${basic}` },
      },
    );
    const { token } = (await response.json()) as { token: string };
    const attempts: [string, string, object | undefined][] = [
      ['GET', '/tokens', undefined],
      ['POST', '/tokens', { name: 'x', scopes: ['manage:*'] }],
      ['POST', '/namespaces', { name: 'stolen' }],
      ['DELETE', '/namespaces/contoso', undefined],
      ['PATCH', '/namespaces/contoso', { visibility: 'public' }],
      ['DELETE', '/tokens/current', undefined],
    ];
    for (const [method, path, body] of attempts) {
      const answer = await server.api(method, path, body, token);
      expect({ method, path, status: answer.status }).toEqual({
        method,
        path,
        status: expect.toSatisfy((code: number) => code === 401 || code === 403),
      });
    }
    const names = (await server.api('GET', '/namespaces')).body.map(({ name }: Json) => name);
    expect(names).not.toContain('stolen');
    expect(await status(server.admin)).toBe(200);
  });
});

describe('listing and revoking', () => {
  it('an administrator sees all; a token itself and what it made', async () => {
    const one = await make(['publish:contoso']);
    const other = await make(['publish:contoso']);
    const child = await make(['read:contoso'], one.token);
    const grandchild = await make(['read:contoso'], child.token);

    expect(await ids(one.token)).toEqual([one.id, child.id]);
    expect(await ids(child.token)).toEqual([child.id, grandchild.id]);
    expect(await ids(grandchild.token)).toEqual([grandchild.id]);
    expect(await ids(server.admin)).toEqual(
      expect.arrayContaining([one.id, other.id, child.id, grandchild.id]),
    );
    expect(await server.api('GET', '/tokens', undefined, '')).toMatchObject({ status: 401 });
  });

  it('a token revokes itself and what it made, and no other', async () => {
    const [one, other] = [await make(['publish:contoso']), await make(['publish:contoso'])];
    const child = await make(['read:contoso'], one.token);
    const revoke = async (id: string, by: string) =>
      await server.api('DELETE', `/tokens/${id}`, undefined, by);

    for (const id of [other.id, 'none']) {
      expect(await revoke(id, one.token)).toMatchObject({ status: 404, body: { code: 'ASH-TOKEN-UNKNOWN' } });
    }
    expect(await revoke(one.id, child.token)).toMatchObject({ status: 404 });
    expect(await revoke(child.id, one.token)).toEqual({ status: 204, body: undefined });
    expect(await status(child.token)).toBe(401);
    expect(await revoke('current', one.token)).toEqual({ status: 204, body: undefined });
    expect(await status(one.token)).toBe(401);
    expect(await status(other.token)).toBe(200);
  });

  it('revoking ends the whole family at once, and shows when', async () => {
    const parent = await make(['publish:contoso']);
    const child = await make(['read:contoso'], parent.token);
    const grandchild = await make(['read:contoso'], child.token);
    expect(await server.api('DELETE', `/tokens/${parent.id}`)).toMatchObject({ status: 204 });
    for (const { token } of [parent, child, grandchild]) expect(await status(token)).toBe(401);
    const { body } = await server.api('GET', '/tokens');
    const revoked = body.filter(({ id }: Json) => [parent.id, child.id, grandchild.id].includes(id));
    expect(revoked.map(({ revokedAt }: Json) => revokedAt)).toEqual(
      Array(3).fill(new Date(now).toISOString()),
    );
  });

  it('shows when a token was last used', async () => {
    const { id, token } = await make(['read:contoso']);
    now += 60_000;
    await status(token);
    const { body } = await server.api('GET', '/tokens');
    expect(body.find((each: Json) => each.id === id).lastUsedAt).toBe(new Date(now).toISOString());
  });

  it('a token ends when its time has come', async () => {
    const { token } = await make(['read:contoso'], server.admin, {
      expiresAt: new Date(now + 1000).toISOString(),
    });
    now += 999;
    expect(await status(token)).toBe(200);
    now += 1;
    expect(await status(token)).toBe(401);
    expect(await server.api('GET', '/modules', undefined, token)).toMatchObject({
      status: 401,
      body: { code: 'ASH-AUTH-INVALID' },
    });
  });
});
