import { describe, expect, it } from 'vitest';

import { type Action, covers, formatScope, parseScope } from './scope.ts';

describe('parseScope', () => {
  it.each(['read:*', 'publish:contoso', 'manage:a.b_c-d'])('reads %s', (text) => {
    expect(formatScope(parseScope(text))).toBe(text);
  });

  it('knows namespaces in lower case', () => {
    expect(parseScope('read:Contoso')).toEqual({ action: 'read', namespace: 'contoso' });
  });

  it.each([
    '',
    'read',
    'read:',
    ':contoso',
    'write:contoso',
    'Read:contoso',
    'read:a:b',
    'read:a/b',
    'read:**',
    'read: x',
    'read:search',
    'constructor:x',
  ])('refuses %j', (text) => {
    expect(() => parseScope(text)).toThrow(`"${text}" is not a scope.`);
  });
});

describe('covers', () => {
  const actions: Action[] = ['read', 'publish', 'manage'];

  it('includes the smaller actions, in the same namespace or in all', () => {
    for (const [i, granted] of actions.entries()) {
      for (const [j, needed] of actions.entries()) {
        for (const [of, namespace, same] of [
          ['a', 'a', true],
          ['a', 'b', false],
          ['*', 'a', true],
          ['*', '*', true],
          ['a', '*', false],
        ] as const) {
          const scopes = [{ action: granted, namespace: of }];
          expect([granted, of, needed, namespace, covers(scopes, needed, namespace)]).toEqual([
            granted,
            of,
            needed,
            namespace,
            same && j <= i,
          ]);
        }
      }
    }
  });

  it('takes the best of several, and nothing from none', () => {
    const scopes = ['read:*', 'publish:a'].map(parseScope);
    expect([
      covers(scopes, 'publish', 'a'),
      covers(scopes, 'publish', 'b'),
      covers(scopes, 'read', 'b'),
      covers([], 'read', 'a'),
    ]).toEqual([true, false, true, false]);
  });

  it('grants nothing that is not an action', () => {
    expect(covers([parseScope('manage:*')], 'constructor' as Action, 'a')).toBe(false);
  });
});
