import type { ErrorEntry } from './catalogue.ts';

const wrong = { status: 400, exit: 2 } as const;

export const identityErrors = {
  'ASH-AUTH-REQUIRED': {
    status: 401,
    exit: 3,
    message: () =>
      'This needs a token. Sign in with an Ashlar token: ashlar login, or docker login with it as password.',
  },
  'ASH-AUTH-INVALID': {
    status: 401,
    exit: 3,
    message: () =>
      'The token is not valid; it was mistyped, revoked or has expired. Sign in again with a valid one.',
  },
  'ASH-AUTH-LIMIT': {
    status: 429,
    exit: 1,
    message: ({ seconds }: { seconds: number }) =>
      `The token is not valid, like too many others before it. Valid ones still work; wait ${seconds} s before you try another.`,
  },
  'ASH-AUTH-SCOPE': {
    status: 401,
    exit: 3,
    message: () =>
      'The access token does not cover this request. Ask for one with the scope of the challenge.',
  },
  'ASH-FORBIDDEN': {
    status: 403,
    exit: 3,
    message: ({ action, namespace }: { action: string; namespace: string }) =>
      `Your token does not grant ${action} on the namespace ${namespace}. Ask an administrator for the scope ${action}:${namespace}.`,
  },
  'ASH-FORBIDDEN-ADMIN': {
    status: 403,
    exit: 3,
    message: () => 'This needs a token with the scope manage:*.',
  },
  'ASH-SCOPE-INVALID': {
    ...wrong,
    message: ({ scope }: { scope: string }) =>
      `"${scope}" is not a scope. Write read, publish or manage, a colon and a namespace or *: publish:contoso`,
  },
  'ASH-TOKEN-SCOPE-EXCEEDED': {
    status: 403,
    exit: 3,
    message: ({ scope }: { scope: string }) =>
      `A token cannot grant more than the one that makes it: ${scope} is not covered.`,
  },
  'ASH-TOKEN-EXPIRY': {
    ...wrong,
    message: ({ reason }: { reason: string }) => `The expiry of the token is not possible: ${reason}.`,
  },
  'ASH-TOKEN-UNKNOWN': {
    status: 404,
    exit: 1,
    message: ({ id }: { id: string }) => `There is no token ${id}. List your tokens: ashlar token list`,
  },
  'ASH-EXCHANGE-OFF': {
    status: 404,
    exit: 3,
    message: () =>
      'Sign-in with Entra ID is not configured on this registry. Use docker credentials (ociEnabled), or ask an administrator to set entra.',
  },
  'ASH-EXCHANGE-REFUSED': {
    status: 401,
    exit: 3,
    message: ({ reason }: { reason: string }) => `The Entra ID token was not accepted: ${reason}.`,
  },
  'ASH-OAUTH-REQUEST': {
    ...wrong,
    message: ({ reason }: { reason: string }) => `The sign-in request is not valid: ${reason}.`,
  },
} satisfies Record<string, ErrorEntry<never>>;
