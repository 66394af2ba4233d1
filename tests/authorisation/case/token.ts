import { type Case, general, ofVersion } from './case.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const body = 'grant_type=nonsense';

/** Where tokens are bought: what is sent with the request decides, `tests/oci/token.test.ts` shows how. */
export const tokenCases: Case[] = [
  ofVersion(
    'GET /token',
    ({ repository }) => ({ path: `/token?scope=repository:${repository}:pull,push,delete` }),
    // A token is not bought with a token.
    (_, { valid, isBound }) => (valid === false || isBound ? '401 ASH-AUTH-INVALID' : '200'),
  ),
  general('nothing', 'POST /token', () => ({ path: '/token', headers: form, body }), '400 ASH-OAUTH-REQUEST'),
  general(
    'nothing',
    'POST /oauth2/token',
    () => ({ path: '/oauth2/token', headers: form, body }),
    '400 ASH-OAUTH-REQUEST',
  ),
  general(
    'nothing',
    'POST /oauth2/exchange',
    () => ({ path: '/oauth2/exchange', headers: form, body }),
    '404 ASH-EXCHANGE-OFF',
  ),
];
