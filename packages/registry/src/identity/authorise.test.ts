import { type AshlarError, ashlarError } from '@ashlar/core';
import { describe, expect, it } from 'vitest';

import {
  authorise,
  type Decision,
  mayCreateNamespace,
  mayListCatalog,
  readableNamespaces,
  refusal,
} from './authorise.ts';
import { type Access, anonymous, type Caller, isAdmin } from './caller.ts';
import { type Action, parseScope } from './scope.ts';

const repository = 'terraform/contoso/net/azurerm';
const caller = (...scopes: string[]): Caller => ({
  subject: 'token:1',
  name: 'ci',
  scopes: scopes.map(parseScope),
});
const bearing = (owner: Caller, ...access: Access[]): Caller => ({ ...owner, access });
const access = (name: string, ...actions: string[]): Access => ({ type: 'repository', name, actions });

const owners: Record<string, Caller> = {
  anonymous,
  stranger: caller('manage:other'),
  'without scopes': caller(),
  reader: caller('read:contoso'),
  'reader of all': caller('read:*'),
  publisher: caller('publish:contoso'),
  'publisher of all': caller('publish:*'),
  manager: caller('manage:contoso'),
  admin: caller('manage:*'),
};

const actions: Action[] = ['read', 'publish', 'manage'];
const letters: Record<string, Decision> = {
  a: 'allow',
  s: 'sign-in',
  f: 'forbidden',
  h: 'hidden',
  o: 'scope',
};

/** What a caller hears for reading, publishing and managing, by the visibility of the namespace. */
function decisions(who: Caller): Record<string, string> {
  const letterOf = (decision: Decision) =>
    Object.keys(letters).find((letter) => letters[letter] === decision);
  const row = (visibility: 'public' | 'private' | undefined) =>
    actions
      .map((action) => letterOf(authorise(who, action, { namespace: 'contoso', visibility, repository })))
      .join('');
  return { public: row('public'), private: row('private'), missing: row(undefined) };
}

describe('authorise', () => {
  // a allow, s sign in (401), f forbidden (403), h hidden (404), o another access token is needed (401)
  it.each<[string, string, string, string]>([
    //                  public  private missing
    ['anonymous', 'ass', 'sss', 'sss'],
    ['stranger', 'aff', 'hhh', 'hhh'],
    ['without scopes', 'aff', 'hhh', 'hhh'],
    ['reader', 'aff', 'aff', 'aff'],
    ['reader of all', 'aff', 'aff', 'aff'],
    // Only an administrator's push makes the namespace.
    ['publisher', 'aaf', 'aaf', 'ahf'],
    ['publisher of all', 'aaf', 'aaf', 'ahf'],
    ['manager', 'aaa', 'aaa', 'aha'],
    ['admin', 'aaa', 'aaa', 'aaa'],
  ])('%s: public %s, private %s, missing %s', (name, isPublic, isPrivate, missing) => {
    expect(decisions(owners[name]!)).toEqual({ public: isPublic, private: isPrivate, missing });
  });

  it.each<[string, string, Access[], string, string]>([
    ['admin', 'nothing', [], 'aoo', 'ooo'],
    ['admin', 'pull', [access(repository, 'pull')], 'aoo', 'aoo'],
    ['admin', 'metadata_read', [access(repository, 'metadata_read')], 'aoo', 'aoo'],
    ['admin', 'push', [access(repository, 'push')], 'aao', 'oao'],
    ['admin', 'pull and push', [access(repository, 'pull', 'push')], 'aao', 'aao'],
    ['admin', 'delete', [access(repository, 'delete')], 'aoa', 'ooa'],
    ['admin', 'everything', [access(repository, '*')], 'aaa', 'aaa'],
    ['admin', 'pull of another repository', [access(`${repository}x`, '*')], 'aoo', 'ooo'],
    ['admin', 'the catalogue', [{ type: 'registry', name: 'catalog', actions: ['*'] }], 'aoo', 'ooo'],
    [
      'admin',
      'a registry of the same name',
      [{ type: 'registry', name: repository, actions: ['*'] }],
      'aoo',
      'ooo',
    ],
    ['reader', 'everything', [access(repository, '*')], 'aff', 'aff'],
    ['stranger', 'everything', [access(repository, '*')], 'aff', 'hhh'],
    ['anonymous', 'pull', [access(repository, 'pull')], 'ass', 'sss'],
  ])('%s with an access token for %s: %s public %s, private %s', (name, _, granted, isPublic, isPrivate) => {
    expect(decisions(bearing(owners[name]!, ...granted))).toMatchObject({
      public: isPublic,
      private: isPrivate,
    });
  });

  it('binds access tokens to a repository, so that they are for nothing else', () => {
    const token = bearing(owners['admin']!, access(repository, '*'));
    expect(authorise(token, 'manage', { namespace: 'contoso', visibility: 'private' })).toBe('scope');
    expect([isAdmin(token), isAdmin(owners['admin']!), isAdmin(owners['publisher of all']!)]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('mayCreateNamespace', () => {
  it('is for administrators', () => {
    const names = Object.keys(owners).filter((name) => mayCreateNamespace(owners[name]!));
    expect(names).toEqual(['admin']);
  });
});

describe('readableNamespaces', () => {
  const namespaces = [
    { name: 'contoso', visibility: 'private' },
    { name: 'open', visibility: 'public' },
    { name: 'other', visibility: 'private' },
  ] as const;

  it.each([
    ['anonymous', 'open'],
    ['stranger', 'open other'],
    ['without scopes', 'open'],
    ['reader', 'contoso open'],
    ['reader of all', 'contoso open other'],
    ['manager', 'contoso open'],
    ['admin', 'contoso open other'],
  ])('of %s are %s', (name, expected) => {
    expect(readableNamespaces(owners[name]!, namespaces).join(' ')).toBe(expected);
  });

  it.each<[string, Access[], string]>([
    ['a repository', [access(repository, '*')], 'open'],
    ['nothing', [], 'open'],
    ['the catalogue', [{ type: 'registry', name: 'catalog', actions: ['*'] }], 'contoso open other'],
    ['the catalogue, in name only', [{ type: 'registry', name: 'catalog', actions: [] }], 'open'],
  ])('of an access token for %s', (_, granted, expected) => {
    const token = bearing(owners['admin']!, ...granted);
    expect(readableNamespaces(token, namespaces).join(' ')).toBe(expected);
    expect(mayListCatalog(token)).toBe(expected !== 'open');
  });
});

describe('refusal', () => {
  const missing = ashlarError('ASH-BLOB-UNKNOWN', { digest: 'x' });

  it.each<[Exclude<Decision, 'allow'>, AshlarError]>([
    ['sign-in', ashlarError('ASH-AUTH-REQUIRED', {})],
    ['scope', ashlarError('ASH-AUTH-SCOPE', {})],
    ['forbidden', ashlarError('ASH-FORBIDDEN', { action: 'publish', namespace: 'contoso' })],
    ['hidden', missing],
  ])('of %s', (decision, expected) => {
    expect(refusal(decision, 'publish', 'contoso', () => missing).toData()).toEqual(expected.toData());
  });
});
