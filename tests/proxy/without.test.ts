import { request } from 'node:https';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { type Answer, ociClient, type Send } from '../oci/client.ts';
import { digestOf } from '../oci/content.ts';
import { describeWithTool } from '../support/tool.ts';
import { createNamespace } from '../terraform/client.ts';
import { connectionsOf, type Proxied, startProxied } from './proxy.ts';

/** Looks at one thing through the proxy; what it sees is compared. */
type Look = (proxied: Proxied, send: Send) => Promise<unknown>;

const content = Buffer.alloc(2_000_000, 'ashlar');
const digest = digestOf(content);
const blob = `/v2/contoso/plain/blobs/${digest}`;

const seen = ({ status, headers }: Answer) => ({ status, error: headers['ashlar-error'] });

const push: Look = async (_, send) =>
  seen(await send('POST', `/v2/contoso/plain/blobs/uploads/?digest=${digest}`, { body: content }));

const pull: Look = async ({ server }, send) => {
  const direct = ociClient(server, { token: server.admin }).send;
  await direct('POST', `/v2/contoso/plain/blobs/uploads/?digest=${digest}`, { body: content });
  const { headers } = await send('GET', blob, { headers: { 'accept-encoding': 'gzip' } });
  return {
    encoding: headers['content-encoding'],
    isWhole: headers['content-length'] === String(content.length),
  };
};

const path =
  (address: string): Look =>
  async (_, send) =>
    seen(await send('GET', address));

/** Announces more bytes than any limit allows and waits for the refusal before it sends one. */
const refusal: Look = async ({ url, ca }) => {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve) => {
    const outgoing = request(
      {
        hostname,
        port,
        ca,
        agent: false,
        method: 'POST',
        path: '/v2/contoso/plain/blobs/uploads/',
        headers: { 'content-length': 4 * 1024 ** 3, expect: '100-continue' },
      },
      ({ statusCode, headers }) => {
        outgoing.destroy();
        resolve({ status: statusCode, error: headers['ashlar-error'] });
      },
    );
    outgoing.setTimeout(2_000, () => {
      outgoing.destroy();
      resolve('no answer');
    });
    outgoing.on('error', () => {});
    outgoing.flushHeaders();
  });
};

/** Whether the server sees fewer connections than requests. */
const connections: Look = async ({ server }, send) => {
  const count = await connectionsOf(server, async () => {
    for (let index = 0; index < 8; index++) await send('GET', '/v2/');
  });
  return count < 8 ? 'kept' : 'closed';
};

/** Two wrong tokens from one client that says of itself that it is elsewhere each time. */
const guesses: Look = async (_, send) => {
  const guess = async (token: string, address: string) => {
    const authorization = `Bearer ${token}`;
    return (await send('GET', '/v2/', { headers: { authorization, 'x-forwarded-for': address } })).status;
  };
  return [await guess('first-wrong-token', '203.0.113.7'), await guess('second-wrong-token', '203.0.113.8')];
};

const fine = {
  push: { status: 201, error: undefined },
  pull: { encoding: undefined, isWhole: true },
  untouched: { status: 400, error: 'ASH-REPOSITORY-INVALID' },
  escaped: { status: 404, error: 'ASH-REPOSITORY-UNKNOWN' },
  refusal: { status: 401, error: 'ASH-AUTH-REQUIRED' },
};

/** What each line is for: how it is with the line, and how without it. */
const lines: readonly (readonly [
  proxy: 'nginx' | 'apache2',
  line: RegExp,
  instead: string,
  look: Look,
  expected: unknown,
  without: unknown,
])[] = [
  ['nginx', /client_max_body_size 0;/, '', push, fine.push, { status: 413, error: undefined }],
  ['nginx', /gzip off;/, '', pull, fine.pull, { encoding: 'gzip', isWhole: false }],
  [
    'nginx',
    /proxy_pass http:\/\/ashlar;/,
    'proxy_pass http://ashlar/;',
    path('/v2//contoso/plain/tags/list'),
    fine.untouched,
    { status: 404, error: 'ASH-REPOSITORY-UNKNOWN' },
  ],
  ['nginx', /proxy_request_buffering off;/, '', refusal, fine.refusal, 'no answer'],
  ['nginx', /proxy_http_version 1\.1;/, '', connections, 'kept', 'closed'],
  ['nginx', /proxy_set_header Connection "";/, '', connections, 'kept', 'closed'],
  ['nginx', /keepalive 32;/, '', connections, 'kept', 'closed'],
  ['nginx', /proxy_set_header X-Forwarded-For \$remote_addr;/, '', guesses, [401, 429], [401, 401]],
  [
    'apache2',
    /AllowEncodedSlashes NoDecode/,
    '',
    path('/acr/v1/contoso%2Fplain/_tags'),
    fine.escaped,
    { status: 404, error: undefined },
  ],
  [
    'apache2',
    / nocanon/,
    '',
    path('/acr/v1/contoso%252Fplain/_tags'),
    fine.untouched,
    { status: 404, error: 'ASH-REPOSITORY-UNKNOWN' },
  ],
  ['apache2', /SetEnv no-gzip 1/, '', pull, fine.pull, { encoding: 'gzip', isWhole: false }],
];

/** Of wrong sign-ins the second one in a minute is one too many. */
const settings = { trustedProxies: '127.0.0.1', signInLimit: '1' };

for (const name of ['nginx', 'apache2'] as const) {
  describeWithTool(name, `${name} without a line of its file`, (tools) => {
    let whole: Proxied;

    beforeAll(async () => {
      whole = await startProxied(name, tools[name], { settings });
      await createNamespace(whole.server, 'contoso', 'private');
    });
    afterAll(async () => await whole.stop());

    async function lookAt(proxied: Proxied, look: Look): Promise<unknown> {
      const { server, url, ca } = proxied;
      const { send } = ociClient({ ...server, https: url, ca }, { token: server.admin, tls: true });
      return await look(proxied, send);
    }

    it.each(lines.filter(([proxy]) => proxy === name))(
      '%s: %s',
      async (_, line, instead, look, expected, without) => {
        expect(await lookAt(whole, look)).toEqual(expected);

        const edit = (text: string) => {
          expect(text).toMatch(line);
          return text.replace(line, instead);
        };
        const proxied = await startProxied(name, tools[name], { edit, settings });
        try {
          await createNamespace(proxied.server, 'contoso', 'private');
          expect(await lookAt(proxied, look)).toEqual(without);
        } finally {
          await proxied.stop();
        }
      },
    );
  });
}
