import type { Limit } from './limit.ts';

/** What signing in and tokens may hold, and how long what the registry hands out lives. */
export const identityLimits = {
  tokenName: {
    value: 100,
    unit: 'characters',
    bounds: 'The name of a token',
    where: "Ashlar's API",
    past: 'ASH-REQUEST-INVALID',
  },
  tokenScopes: {
    value: 100,
    unit: 'entries',
    bounds: 'Scopes of a token',
    where: "Ashlar's API",
    past: 'ASH-REQUEST-INVALID',
  },
  accessScopes: {
    value: 50,
    unit: 'entries',
    bounds: 'Scopes that one request for an access token asks for',
    where: '/token, /oauth2/token',
    past: 'ASH-REQUEST-INVALID',
  },
  loginState: {
    value: 500,
    unit: 'characters',
    bounds: 'What a client wants back at the end of a sign-in (`state`)',
    where: '/oauth/authorize',
    past: 'ASH-OAUTH-REQUEST',
  },
  loginCode: {
    value: 120,
    unit: 'seconds',
    bounds: 'Between the sign-in in the browser and the request of the client',
    where: '/oauth/token',
    past: 'expired',
  },
  uploadLocation: {
    value: 3_600,
    unit: 'seconds',
    bounds: 'How long the Location of an upload works without credentials',
    where: 'OCI upload',
    past: 'expired',
  },
  entraToken: {
    value: 32 * 1024,
    unit: 'characters',
    bounds: 'A token of Entra ID',
    where: '/oauth2/exchange',
    past: 'ASH-EXCHANGE-REFUSED',
  },
} as const satisfies Record<string, Limit>;
