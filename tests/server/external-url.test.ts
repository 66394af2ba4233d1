import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { openConnection } from '../support/raw-connection.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';

const evil = 'evil.example';
const terraform = '/v1/modules/open/net/azurerm';

/** Every route of every protocol, well used and badly used. */
const routes: readonly (readonly [method: string, target: string])[] = [
  ['GET', '/'],
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/metrics'],
  ['GET', '/.well-known/terraform.json'],
  ['GET', `${terraform}/versions`],
  ['GET', `${terraform}/1.0.0/download`],
  ['GET', `${terraform}/download`],
  ['GET', `${terraform}/9.0.0/download`],
  ['GET', `${terraform}/1.0.0`],
  ['GET', terraform],
  ['GET', '/v1/modules'],
  ['GET', '/v1/modules/search?q=net'],
  ['GET', '/v2/modules/open/net/azurerm/downloads/summary'],
  ['GET', '/v1/archives/x/y.zip'],
  ['GET', '/oauth/authorize'],
  [
    'GET',
    `/oauth/authorize?client_id=terraform-cli&response_type=code&state=s&code_challenge=${'c'.repeat(43)}&code_challenge_method=S256&redirect_uri=http://localhost:10009/login`,
  ],
  ['POST', '/oauth/authorize'],
  ['POST', '/oauth/token'],
  ['GET', '/v2/'],
  ['GET', '/v2'],
  ['GET', '/v2/_catalog'],
  ['GET', '/v2/_catalog?n=1'],
  ['GET', '/v2/terraform/open/net/azurerm/tags/list'],
  ['GET', '/v2/terraform/open/net/azurerm/tags/list?n=1'],
  ['GET', '/v2/terraform/open/net/azurerm/manifests/1.0.0'],
  ['HEAD', '/v2/terraform/open/net/azurerm/manifests/1.0.0'],
  ['GET', `/v2/terraform/open/net/azurerm/referrers/sha256:${'a'.repeat(64)}`],
  ['GET', `/v2/terraform/open/net/azurerm/blobs/sha256:${'a'.repeat(64)}`],
  ['POST', '/v2/plain/image/blobs/uploads/'],
  ['POST', '/v2/terraform/open/net/azurerm/blobs/uploads/'],
  ['PUT', '/v2/terraform/open/net/azurerm/manifests/2.0.0'],
  ['DELETE', '/v2/terraform/open/net/azurerm/manifests/9.0.0'],
  ['GET', '/v2/private/image/tags/list'],
  ['GET', '/token'],
  ['GET', '/token?service=x&scope=repository:a/b:pull'],
  ['POST', '/token'],
  ['POST', '/oauth2/token'],
  ['POST', '/oauth2/exchange'],
  ['GET', '/acr/v1/_catalog'],
  ['GET', '/acr/v1/terraform%2Fopen%2Fnet%2Fazurerm/_manifests'],
  ['GET', '/acr/v1/terraform/open/net/azurerm/_tags'],
  ['GET', '/acr/v1/terraform/open/net/azurerm'],
  ['GET', '/api/v1/status'],
  ['GET', '/api/v1/openapi.json'],
  ['GET', '/api/v1/modules'],
  ['GET', '/api/v1/module?address=terraform/open/net/azurerm'],
  ['GET', '/api/v1/version?ref=terraform/open/net/azurerm@1.0.0'],
  ['PUT', '/api/v1/version?ref=terraform/open/net/azurerm@3.0.0'],
  ['GET', '/api/v1/namespaces'],
  ['POST', '/api/v1/namespaces'],
  ['PATCH', '/api/v1/namespaces/open'],
  ['DELETE', '/api/v1/namespaces/none'],
  ['GET', '/api/v1/tokens'],
  ['POST', '/api/v1/tokens'],
  ['DELETE', '/api/v1/tokens/none'],
  ['GET', '/api/v1/nothing'],
  ['GET', '/nothing'],
  ['POST', '/healthz'],
  ['GET', '/%zz'],
];

describe('T-28: no answer is made of what a client says about our address', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
    await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
    await publishFiles(server, 'terraform/open/net/azurerm@1.0.0', { 'main.tf': '# net\n' });
  });
  afterAll(async () => await server.stop());

  describe.each(['http', 'https'] as const)('%s', (scheme) => {
    it.each(routes)('%s %s', async (method, target) => {
      const connection = await openConnection(server[scheme], server.ca);
      try {
        for (const authorization of ['', `Authorization: Bearer ${server.admin}\r\n`]) {
          // A form for routes that take one; others refuse it.
          const body = method === 'POST' ? `service=${evil}` : '';
          await connection.write(
            `${method} ${target} HTTP/1.1\r\nHost: ${evil}\r\nX-Forwarded-Host: ${evil}\r\nX-Forwarded-Proto: ${evil}\r\n` +
              `X-Forwarded-For: ${evil}\r\nForwarded: host=${evil};proto=https\r\nX-Original-Host: ${evil}\r\n` +
              `X-Original-URL: https://${evil}/\r\nX-Rewrite-URL: /${evil}\r\nOrigin: https://${evil}\r\n` +
              `Referer: https://${evil}/\r\n${authorization}` +
              (body === '' ? '' : 'Content-Type: application/x-www-form-urlencoded\r\n') +
              `Content-Length: ${body.length}\r\n${method === 'HEAD' ? 'Connection: close\r\n' : ''}\r\n${body}`,
          );
          if (method === 'HEAD') {
            await connection.isClosed();
            expect(connection.rest()).toMatch(/^HTTP\/1\.1 [2-4]/);
            expect(connection.rest()).not.toContain(evil);
            return;
          }
          const { status, head, body: answer } = await connection.answer();
          expect(status).toBeLessThan(500);
          expect(head + answer).not.toContain(evil);
        }
      } finally {
        connection.close();
      }
    });

    it.each([
      ['GET', `http://${evil}/healthz`],
      ['GET', `https://${evil}/v2/`],
      ['GET', `http://${evil}/nothing`],
      ['GET', `http://${evil}`],
      ['GET', `http://${evil}?x`],
      ['GET', `//${evil}/`],
      ['OPTIONS', '*'],
    ])('%s %s, a whole address in the request line', async (method, target) => {
      const connection = await openConnection(server[scheme], server.ca);
      try {
        await connection.write(`${method} ${target} HTTP/1.1\r\nHost: ${evil}\r\n\r\n`);
        const { status, head, body } = await connection.answer();
        expect(status).toBeLessThan(500);
        if (!target.startsWith('//')) expect(head + body).not.toContain(evil);
        expect(head).not.toContain(evil);
        if (target.endsWith('/healthz')) expect(status).toBe(200);
      } finally {
        connection.close();
      }
    });
  });
});

describe('each listener has its own external address', () => {
  it('by default the one where it listens', async () => {
    const server = await startTestServer();
    try {
      for (const url of [server.http, server.https]) {
        const connection = await openConnection(url, server.ca);
        await connection.write('GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n');
        expect(JSON.parse((await connection.answer()).body)).toMatchObject({
          externalUrl: url,
          externalUrls: { http: server.http, https: server.https },
        });
        await connection.write('GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n');
        const { headers } = await connection.answer();
        expect(headers.get('www-authenticate')).toBe(
          url === server.http
            ? 'Basic realm="ashlar"'
            : `Bearer realm="${url}/token",service="${new URL(url).host}",scope="registry:catalog:*"`,
        );
        connection.close();
      }
    } finally {
      await server.stop();
    }
  });

  it('is https behind a proxy that ends TLS, with Bearer as under https', async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    const server = await startTestServer({
      settings: { externalUrl: 'https://modules.contoso.example', listen, listenTls: 'off' },
    });
    try {
      expect(server.urls).toEqual({ http: 'https://modules.contoso.example' });
      const connection = await openConnection(`http://${listen}`);
      await connection.write('GET /v2/ HTTP/1.1\r\nHost: modules.contoso.example\r\n\r\n');
      expect((await connection.answer()).headers.get('www-authenticate')).toBe(
        'Bearer realm="https://modules.contoso.example/token",service="modules.contoso.example",scope="registry:catalog:*"',
      );
      connection.close();
    } finally {
      await server.stop();
    }
  });
});
