import { afterEach, expect, it } from 'vitest';

import { openConnection } from '../support/raw-connection.ts';
import { freePort } from '../support/free-port.ts';
import { publishFiles, startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';

let server: TestServer;
afterEach(async () => await server.stop());

async function start(settings: TestServerOptions['settings'] = {}): Promise<void> {
  server = await startTestServer({ settings });
}

async function page(base: string, token?: string): Promise<{ html: string; head: string }> {
  const connection = await openConnection(base, server.ca);
  await connection.write(
    `GET / HTTP/1.1\r\nHost: x\r\n${token === undefined ? '' : `Authorization: Bearer ${token}\r\n`}\r\n`,
  );
  const { status, head, body } = await connection.answer();
  connection.close();
  expect(status).toBe(200);
  return { html: body, head };
}

/** The recipes as a reader copies them, by title. */
function recipes(html: string): Record<string, string> {
  const found = html.matchAll(/<summary>(.*?)<\/summary>.*?<pre>(.*?)<\/pre>/gs);
  return Object.fromEntries(
    Array.from(found, ([, title, code]) => [
      title!,
      code!.replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
    ]),
  );
}

const hostile = `<script>alert(1)</script><img src=x onerror=alert(2)> "quoted" 'single' & </td></table>`;

it('shows hostile words as words', async () => {
  await start();
  await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
  await publishFiles(server, `terraform/open/net/azurerm@1.0.0`, {
    'main.tf': '# net\n',
    'README.md': hostile,
  });
  const query = new URLSearchParams({ ref: 'terraform/open/other/azurerm@1.0.0', description: hostile });
  const { packZip } = await import('@ashlar/registry/intake');
  await fetch(`${server.http}/api/v1/version?${query.toString()}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${server.admin}`, 'content-type': 'application/zip' },
    body: new Uint8Array(await packZip([{ path: 'main.tf', executable: false, bytes: Buffer.from('#') }])),
  });

  const { html, head } = await page(server.http);

  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).toContain('&quot;quoted&quot; &#39;single&#39; &amp; &lt;/td&gt;');
  expect(html).not.toMatch(/<script|<img|<iframe|<[a-z][^>]*\son\w+=/i);
  expect(html.match(/<\/table>/g)).toHaveLength(1);
  // Without scripts, without anything from elsewhere.
  expect(head).toMatch(/content-type: text\/html; charset=utf-8/i);
  expect(head).toContain("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  expect(head).toMatch(/x-content-type-options: nosniff/i);
  expect(head).toMatch(/cache-control: no-store/i);
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
});

it('lists what its reader may read, with its latest version and state', async () => {
  await start();
  await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
  const net = 'terraform/open/net/azurerm';
  await publishFiles(server, `${net}@1.0.0`, { 'main.tf': '# 1\n' });
  await publishFiles(server, `${net}@1.1.0`, { 'main.tf': '# 2\n' });
  await publishFiles(server, 'terraform/open/gone/azurerm@1.0.0', { 'main.tf': '# 3\n' });
  await publishFiles(server, 'terraform/closed/net/azurerm@1.0.0', { 'main.tf': '# 4\n' });
  await server.api('POST', `/version/deprecate?ref=${net}@1.1.0`, { reason: 'old' });
  await server.api('POST', '/version/revoke?ref=terraform/open/gone/azurerm@1.0.0', { reason: 'bad' });

  const { html } = await page(server.http);
  expect(html).toContain(`<code>${net}</code>`);
  expect(html).toMatch(/<code>1\.1\.0<\/code>\s*<small>deprecated<\/small>/);
  expect(html).not.toMatch(/closed|gone/);
  expect((await page(server.http, server.admin)).html).toContain('<code>terraform/closed/net/azurerm</code>');
  const reader = await server.token('read:closed');
  expect((await page(server.http, reader)).html).toContain('<code>terraform/closed/net/azurerm</code>');
});

it('says so when there is nothing', async () => {
  await start();
  expect((await page(server.http)).html).toContain('No module that you may read has been published yet.');
});

it('tells how to connect to http and https', async () => {
  await start();
  const { httpHost, httpsHost } = server;
  for (const base of [server.http, server.https]) {
    const shown = recipes((await page(base)).html);
    expect(shown['Terraform and OpenTofu']).toBe(
      `host "${httpHost}" {\n  services = { "modules.v1" = "http://${httpHost}/v1/modules/" }\n}`,
    );
    expect(shown['oras, skopeo, docker']).toBe(
      `docker login ${httpsHost}\noras login ${httpsHost}\nskopeo login ${httpsHost}`,
    );
    // On a loopback address Bicep speaks plain http.
    expect(shown['Bicep']).toContain(`"registry": "${httpHost}"`);
    expect(shown['Bicep']).toContain('BICEP_TRUSTED_REGISTRIES=127.0.0.1\n');
    // And needs no trust in the local certificate authority.
    expect(shown['The ashlar command']).toContain(`ashlar login http://${httpHost}\n`);
  }
});

it('tells how to connect to http alone', async () => {
  await start({ listenTls: 'off' });
  const shown = recipes((await page(server.http)).html);
  expect(shown['Terraform and OpenTofu']).toContain(`host "${server.httpHost}"`);
  expect(shown['oras, skopeo, docker']).toBe(
    `docker login ${server.httpHost}\noras login ${server.httpHost} --plain-http\n` +
      `skopeo login ${server.httpHost} --tls-verify=false`,
  );
  expect(shown['Bicep']).toContain(`"registry": "${server.httpHost}"`);
  expect(Object.values(shown).join()).not.toContain('https:');
});

it('tells how to connect to https alone', async () => {
  await start({
    listen: 'off',
    externalUrlTls: 'https://modules.contoso.example',
    listenTls: `127.0.0.1:${await freePort()}`,
  });
  const port = server.config.listenTls!.port;
  const shown = recipes((await page(`https://127.0.0.1:${port}`)).html);
  expect(shown).toEqual({
    'Terraform and OpenTofu': 'terraform login modules.contoso.example',
    Bicep: expect.stringContaining('"registry": "modules.contoso.example"'),
    'oras, skopeo, docker':
      'docker login modules.contoso.example\noras login modules.contoso.example\nskopeo login modules.contoso.example',
    'The ashlar command':
      'ashlar login https://modules.contoso.example\nashlar setup terraform --write\nashlar doctor',
  });
});

it('says what Bicep needs when no listener gives it', async () => {
  await start({ listen: 'off' });
  const { html } = await page(server.https);
  expect(recipes(html)['Bicep']).toBe(server.https);
  expect(html).toContain('Needs https under a name that is not of this machine');
});
