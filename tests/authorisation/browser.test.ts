import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RouteRow } from '../../packages/registry/src/server/route-table.ts';
import { ociClient, type Send } from '../oci/client.ts';
import { basic } from './caller.ts';
import { casesOf } from './case/index.ts';
import { makeThing, type Thing } from './thing.ts';
import { routeTableOf, startFastServer } from './world.ts';

/** T-25: what a page of somebody else can do with the browser of somebody who uses the registry. */

let server: Awaited<ReturnType<typeof startFastServer>>;
let send: Send;
let close: () => void;
let rows: readonly RouteRow[];
let things: readonly Thing[];
const evil = 'https://evil.example';

beforeAll(async () => {
  server = await startFastServer();
  ({ send, close } = ociClient(server).overOneConnection());
  rows = await routeTableOf(server);
  await server.api('POST', '/namespaces', { name: 'opened', visibility: 'public' });
  things = await Promise.all(
    (['terraform', 'bicep', 'plain'] as const).map(
      async (kind) => await makeThing(server, { kind, state: 'admitted', namespace: 'opened', name: 'net' }),
    ),
  );
});
afterAll(async () => {
  close();
  await server.discard();
});

/** What a browser sends along with a request that a foreign page makes. */
const foreign = {
  origin: evil,
  referer: `${evil}/page`,
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
};

/** Header fields with which an answer lets foreign pages in. */
const opening =
  /^(access-control-.*|set-cookie|set-cookie2|cross-origin-resource-policy|timing-allow-origin)$/;

async function askEverything(headers: Record<string, string>) {
  const answers: { name: string; status: number; fields: string[]; text: string }[] = [];
  for (const row of rows) {
    for (const use of casesOf(row)) {
      const thing = things.find(({ kind }) => use.kinds.includes(kind))!;
      const ask = await use.ask(thing, server);
      const {
        status,
        headers: answered,
        text,
      } = await send(row.method, ask.path, {
        headers: { ...ask.headers, ...headers },
        ...(ask.body === undefined ? {} : { body: ask.body }),
      });
      answers.push({ name: `${row.method} ${ask.path}`, status, fields: Object.keys(answered), text });
    }
  }
  return answers;
}

describe('T-25: a page of another origin', () => {
  it('is allowed nothing by any answer of any route, and no answer sets a cookie', async () => {
    // Without what changes things: these come at the end, below.
    const answers = await askEverything(foreign);
    expect(answers.length).toBeGreaterThan(100);
    expect(answers.filter(({ fields }) => fields.some((name) => opening.test(name)))).toEqual([]);
    expect(answers.filter(({ text }) => text.includes('evil.example'))).toEqual([]);
  });

  it('gets no leave for anything by asking first', async () => {
    const paths = new Set(rows.map(({ url }) => url.replaceAll(/:\w+/g, 'x')));
    for (const path of paths) {
      const { status, headers } = await send('OPTIONS', path, {
        headers: {
          ...foreign,
          'access-control-request-method': 'DELETE',
          'access-control-request-headers': 'authorization',
        },
      });
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
      expect(Object.keys(headers).filter((name) => opening.test(name))).toEqual([]);
    }
  });

  it('changes nothing: the browser has no credentials of ours to send along, whatever cookies it has', async () => {
    const changing = rows.filter(
      ({ method, permission: { kind } }) => method !== 'GET' && method !== 'HEAD' && kind !== 'credentials',
    );
    expect(changing.length).toBeGreaterThan(15);
    const cookies = {
      cookie: `token=${server.admin}; session=${server.admin}; authorization=${basic(server.admin)}`,
    };
    for (const row of changing) {
      for (const use of casesOf(row).filter(({ isProof }) => isProof !== true)) {
        const thing = things.find(({ kind }) => use.kinds.includes(kind))!;
        const { path, body, headers } = await use.ask(thing, server);
        const answer = await send(row.method, path, {
          headers: { ...headers, ...foreign, ...cookies },
          ...(body === undefined ? {} : { body }),
        });
        const expected = row.permission.kind === 'unsupported' ? 405 : 401;
        expect([row.method, path, answer.status]).toEqual([row.method, path, expected]);
      }
    }
  });

  it('puts no page of ours into a frame', async () => {
    const login = new URLSearchParams({
      response_type: 'code',
      client_id: 'terraform-cli',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      redirect_uri: 'http://localhost:10000/login',
      state: 's',
    });
    for (const path of ['/', `/oauth/authorize?${login.toString()}`]) {
      const { headers } = await send('GET', path);
      expect(headers['content-type']).toContain('text/html');
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  it.each([
    'http://evil.example/login',
    'https://evil.example/login',
    '//evil.example/login',
    '/\\evil.example',
    'http://localhost:10000.evil.example/login',
    'http://localhost:10000@evil.example/login',
    'http://localhost@evil.example:10000/login',
    'http://localhost:10000/login@evil.example',
    'http://localhost:10000/login?x=//evil.example',
    'http://localhost:10000/login#evil',
    'http://localhost:10000/login/',
    'http://localhost:10000/login/../evil',
    'http://localhost:10000//evil.example/login',
    'http://localhost:10000\\evil.example/login',
    'http://localhost:10011/login',
    'http://localhost:9999/login',
    'http://localhost:100000/login',
    'http://localhost/login',
    'http://LOCALHOST:10000/login',
    'http://127.0.0.1:10000/login',
    'http://[::1]:10000/login',
    'http://0:10000/login',
    'http://localhost.:10000/login',
    'http://localhost%00.evil.example:10000/login',
    'http://localhost:10000/login\r\nLocation: http://evil.example',
    ' http://localhost:10000/login',
    'http://localhost:10000/login ',
    'http:localhost:10000/login',
    'http:/localhost:10000/login',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
  ])('is not where a sign-in leads: %j', async (redirect) => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'terraform-cli',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      redirect_uri: redirect,
      state: 's',
    });
    for (const method of ['GET', 'POST']) {
      const answer = await send(method, `/oauth/authorize?${query.toString()}`, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        ...(method === 'POST' ? { body: `token=${server.admin}` } : {}),
      });
      expect(answer.status).toBe(400);
      expect(answer.headers.location).toBeUndefined();
    }
  });
});
