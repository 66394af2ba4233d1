import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AshlarError } from '@ashlar/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { type MetadataStore, openSqliteMetadataStore } from '../store/metadata/index.ts';
import { anonymous, type Caller } from './caller.ts';
import { createIdentity, type Identity } from './identity.ts';
import { parseScope } from './scope.ts';
import { hashToken, newToken } from './token.ts';

const start = Date.UTC(2026, 7, 21);
const hour = 3_600_000;
let now = start;
const clock = { now: () => now };
let folder: string;
let metadata: MetadataStore;
let identity: Identity;
let admin: Caller;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-identity-'));
  metadata = await openSqliteMetadataStore(join(folder, 'metadata.db'));
  identity = await createIdentity({ metadata, clock, entraRules: 'rules' });
  const preset = { scopes: '["manage:*"]', parent: null, expiresAt: null, now };
  await metadata.command.presetToken({
    ...preset,
    id: 'admin',
    name: 'admin',
    hash: hashToken('preset.with.dots'),
  });
  admin = await identity.authenticateToken('preset.with.dots');
});

afterAll(async () => {
  await metadata.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  now = start;
});

async function make(maker: Caller, scopes: string[], expiresAt?: number) {
  const { text, row } = await identity.prepareToken(maker, {
    name: 'ci',
    scopes: scopes.map(parseScope),
    expiresAt,
  });
  await metadata.command.createToken(row);
  return { text, row, caller: { subject: `token:${row.id}`, name: 'ci', scopes: scopes.map(parseScope) } };
}

async function refusal(running: Promise<unknown>): Promise<unknown> {
  const error: unknown = await running.then(
    () => 'it was not refused',
    (reason: unknown) => reason,
  );
  return error instanceof AshlarError ? error.code : error;
}

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const accessTo = (name: string) => [{ type: 'repository', name, actions: ['pull'] }];

describe('authenticate', () => {
  it.each<[string, (token: string) => string]>([
    ['Bearer', (token) => `Bearer ${token}`],
    ['bearer in any letters', (token) => `bEaReR ${token}`],
    ['more blanks', (token) => `Bearer   ${token}  `],
    ['Basic under any name', (token) => basic('somebody', token)],
    ['Basic under no name', (token) => basic('', token)],
    ['Basic under a name with other letters', (token) => basic('jürgen', token)],
    ['basic in any letters', (token) => basic('x', token).replace('Basic', 'BASIC')],
  ])('takes a token as %s', async (_, header) => {
    const { text, caller } = await make(admin, ['read:contoso']);
    expect(await identity.authenticate(header(text))).toEqual(caller);
  });

  it.each([undefined, '', basic('', '')])('takes %j for nobody', async (header) => {
    expect(await identity.authenticate(header)).toBe(anonymous);
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Basic',
    'Basic %%%',
    'Digest abc',
    'abc',
    'Bearer a b',
    'Bearer unknown',
    'Bearer un.know.n',
    basic('somebody', ''),
    basic('somebody', 'unknown'),
    `Basic ${Buffer.from('without colon').toString('base64')}`,
    `Bearer ${newToken()}`,
  ])('refuses %j', async (header) => {
    expect(await refusal(identity.authenticate(header))).toBe('ASH-AUTH-INVALID');
  });

  it('takes passwords with colons, and preset tokens with dots', async () => {
    const row = { scopes: '["read:*"]', parent: null, expiresAt: null, now, id: 'colon', name: 'colon' };
    await metadata.command.createToken({ ...row, hash: hashToken('a:b:c') });

    expect(await identity.authenticate(basic('x', 'a:b:c'))).toMatchObject({ subject: 'token:colon' });
    expect(await identity.authenticate(basic('x', 'preset.with.dots'))).toEqual(admin);
    expect(await identity.authenticate('Bearer preset.with.dots')).toEqual(admin);
  });

  it('tells a mistyped token without a look into the store', async () => {
    const find = vi.fn<typeof metadata.query.findTokenByHash>(metadata.query.findTokenByHash);
    const watched = await createIdentity({
      metadata: { ...metadata, query: { ...metadata.query, findTokenByHash: find } },
      clock,
      entraRules: '',
    });
    const typo = newToken().replace(/^(.{8})(.)/, (_, head, letter) => head + (letter === 'x' ? 'y' : 'x'));

    expect(await refusal(watched.authenticate(`Bearer ${typo}`))).toBe('ASH-AUTH-INVALID');
    expect(await refusal(watched.authenticate(basic('x', typo)))).toBe('ASH-AUTH-INVALID');
    expect(find).not.toHaveBeenCalled();
    expect(await refusal(watched.authenticate(`Bearer ${newToken()}`))).toBe('ASH-AUTH-INVALID');
    expect(find).toHaveBeenCalledTimes(1);
  });

  it('ends with the expiry of the token, to the millisecond', async () => {
    const { text } = await make(admin, ['read:*'], start + hour);
    now = start + hour - 1;
    expect(await identity.authenticate(`Bearer ${text}`)).toMatchObject({ name: 'ci' });
    now = start + hour;
    expect(await refusal(identity.authenticate(`Bearer ${text}`))).toBe('ASH-AUTH-INVALID');
  });
});

describe('access tokens', () => {
  const accessToken = async (owner: Caller, seconds = 60) =>
    await identity.tickets.issue('access', { ...identity.claimsOf(owner), access: accessTo('x/y') }, seconds);

  it('bear the rights that their owner has, and what they were made for', async () => {
    const { caller } = await make(admin, ['read:contoso']);
    expect(await identity.authenticate(`Bearer ${await accessToken(caller)}`)).toEqual({
      ...caller,
      access: accessTo('x/y'),
    });
    expect(await identity.authenticate(`Bearer ${await accessToken(anonymous)}`)).toEqual({
      ...anonymous,
      access: accessTo('x/y'),
    });
  });

  it('end with their time, and with the token that bought them', async () => {
    const { caller, row } = await make(admin, ['read:contoso']);
    const token = await accessToken(caller);
    now = start + 60_000;
    expect(await refusal(identity.authenticate(`Bearer ${token}`))).toBe('ASH-AUTH-INVALID');
    now = start;
    await metadata.command.revokeToken({ now, id: row.id });
    expect(await refusal(identity.authenticate(`Bearer ${token}`))).toBe('ASH-AUTH-INVALID');
  });

  it('end with the expiry of the token that bought them', async () => {
    const { caller } = await make(admin, ['read:contoso'], start + 1000);
    const token = await accessToken(caller);
    now = start + 1000;
    expect(await refusal(identity.authenticate(`Bearer ${token}`))).toBe('ASH-AUTH-INVALID');
  });

  it('are no passwords, and other tickets are no access tokens', async () => {
    const upload = await identity.tickets.issue('upload', { sub: admin.subject, access: [] }, 60);
    expect(await refusal(identity.authenticate(`Bearer ${upload}`))).toBe('ASH-AUTH-INVALID');
    expect(await refusal(identity.authenticate(basic('x', await accessToken(admin))))).toBe(
      'ASH-AUTH-INVALID',
    );
  });

  it('of outside identities carry their scopes, until the rules change', async () => {
    const entra: Caller = { subject: 'entra:t/o', name: 'entra:t/o', scopes: [parseScope('read:contoso')] };
    const claims = identity.claimsOf(entra);
    const others = await createIdentity({ metadata, clock, entraRules: 'other rules' });

    expect(await identity.callerOf(claims)).toEqual(entra);
    expect(await others.callerOf(claims)).toBeUndefined();
    expect(await others.callerOf(identity.claimsOf(admin))).toEqual(admin);
    expect(await identity.callerOf({})).toBeUndefined();
    expect(await identity.callerOf({ sub: 'token:none' })).toBeUndefined();
  });

  it('are good for another server on the same data', async () => {
    const other = await createIdentity({ metadata, clock, entraRules: 'rules' });
    expect(await other.authenticate(`Bearer ${await accessToken(admin)}`)).toMatchObject({
      subject: admin.subject,
    });
  });
});

describe('prepareToken', () => {
  it('makes what the store keeps, and shows the text', async () => {
    const { text, row } = await identity.prepareToken(admin, {
      name: 'ci',
      scopes: [parseScope('read:*'), parseScope('publish:contoso')],
      expiresAt: start + hour,
    });

    expect(row).toEqual({
      now: start,
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      hash: hashToken(text),
      name: 'ci',
      scopes: '["read:*","publish:contoso"]',
      parent: null,
      expiresAt: start + hour,
    });
  });

  it.each([
    [['publish:contoso'], ['read:contoso', 'publish:contoso'], undefined],
    [['publish:contoso'], ['manage:contoso'], 'ASH-TOKEN-SCOPE-EXCEEDED'],
    [['publish:contoso'], ['read:contoso', 'read:other'], 'ASH-TOKEN-SCOPE-EXCEEDED'],
    [['publish:contoso'], ['read:*'], 'ASH-TOKEN-SCOPE-EXCEEDED'],
    [['read:*'], ['read:contoso'], undefined],
    [['manage:contoso'], ['manage:*'], 'ASH-TOKEN-SCOPE-EXCEEDED'],
  ])('of a maker with %j gives %j: %s', async (own, asked, code) => {
    const { caller, row } = await make(admin, own);
    const running = make(caller, asked);

    if (code !== undefined) return expect(await refusal(running)).toBe(code);
    expect((await running).row.parent).toBe(row.id);
  });

  it.each([
    [undefined, undefined, null],
    [undefined, start + hour, start + hour],
    [start + hour, undefined, start + hour],
    [start + hour, start + 2 * hour, start + hour],
    [start + hour, start + 1, start + 1],
    [undefined, start, 'ASH-TOKEN-EXPIRY'],
    [undefined, start - 1, 'ASH-TOKEN-EXPIRY'],
  ])('of a maker until %s, asked until %s, ends at %s', async (own, asked, expected) => {
    const { caller } = await make(admin, ['publish:contoso'], own);
    const running = make(caller, ['read:contoso'], asked);

    if (typeof expected === 'string') expect(await refusal(running)).toBe(expected);
    else expect((await running).row.expiresAt).toBe(expected);
  });

  it('makes children that die with their parent', async () => {
    const parent = await make(admin, ['publish:contoso']);
    const child = await make(parent.caller, ['read:contoso']);
    const login = await identity.prepareLoginToken(child.caller, 'terraform login');
    await metadata.command.createToken(login.row);
    expect(login.row).toMatchObject({
      parent: child.row.id,
      scopes: '["read:contoso"]',
      name: 'terraform login',
    });
    expect(await identity.authenticate(`Bearer ${login.text}`)).toMatchObject({
      scopes: [parseScope('read:contoso')],
    });
    await metadata.command.revokeToken({ now, id: parent.row.id });

    for (const text of [parent.text, child.text, login.text]) {
      expect(await refusal(identity.authenticate(`Bearer ${text}`))).toBe('ASH-AUTH-INVALID');
    }
  });

  it("lets an administrator's tokens stand alone", async () => {
    const other = await make(admin, ['manage:*']);
    const child = await make(other.caller, ['read:*']);
    await metadata.command.revokeToken({ now, id: other.row.id });

    expect(await identity.authenticate(`Bearer ${child.text}`)).toEqual(child.caller);
  });

  it('makes none for who has no token to die with', async () => {
    const entra: Caller = { subject: 'entra:t/o', name: 'x', scopes: [parseScope('publish:contoso')] };
    expect(
      await refusal(identity.prepareToken(entra, { name: 'x', scopes: [parseScope('read:contoso')] })),
    ).toBe('ASH-FORBIDDEN-ADMIN');
    expect(await refusal(identity.prepareLoginToken(entra, 'x'))).toBe('ASH-FORBIDDEN-ADMIN');
    expect(await refusal(identity.prepareLoginToken(anonymous, 'x'))).toBe('ASH-FORBIDDEN-ADMIN');
  });
});

describe('flush', () => {
  it('writes down the last use', async () => {
    const { text, row } = await make(admin, ['read:*']);
    const lastUse = async () => (await metadata.query.findToken(row.id))?.last_used_at;
    now = start + 1;
    await identity.authenticate(`Bearer ${text}`);
    now = start + 2;
    await identity.authenticate(basic('x', text));
    expect(await lastUse()).toBeNull();
    await identity.flush();
    expect(await lastUse()).toBe(start + 2);
    now = start + 3;
    await identity.flush();
    expect(await lastUse()).toBe(start + 2);
  });

  it('keeps what could not be written', async () => {
    const { text, row } = await make(admin, ['read:*']);
    const touch = vi
      .fn<typeof metadata.command.touchTokens>(metadata.command.touchTokens)
      .mockRejectedValueOnce(new Error('busy'));
    const watched = await createIdentity({
      metadata: { ...metadata, command: { ...metadata.command, touchTokens: touch } },
      clock,
      entraRules: '',
    });
    await watched.authenticate(`Bearer ${text}`);
    await expect(watched.flush()).rejects.toThrow('busy');
    await watched.flush();

    expect((await metadata.query.findToken(row.id))?.last_used_at).toBe(start);
  });
});
