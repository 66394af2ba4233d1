import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Json, publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { change, createNamespace, versionModule } from './client.ts';

/** A clock that the test moves. */
const clock = { offset: 0, now: () => Date.now() + clock.offset };
let server: TestServer;
let reader: string;

beforeAll(async () => {
  server = await startTestServer({ clock });
  await createNamespace(server, 'contoso', 'public');
  await createNamespace(server, 'closed', 'private');
  await publish('terraform/contoso/net/azurerm', '1.0.0', '1.1.0', '1.2.0+build.1');
  await publish('terraform/closed/net/azurerm', '1.0.0');
  reader = await server.token('read:contoso');
});

afterAll(async () => await server.stop());

async function publish(address: string, ...versions: string[]): Promise<void> {
  for (const version of versions) {
    const { status, body } = await publishFiles(
      server,
      `${address}@${version}`,
      versionModule(`${address} ${version}`),
    );
    if (status !== 201) throw new Error(JSON.stringify(body));
  }
}

interface Ask {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

async function ask(path: string, { method = 'GET', token, headers = {} }: Ask = {}): Promise<Response> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return await fetch(server.http + path, {
    method,
    redirect: 'manual',
    headers: { ...authorization, ...headers },
  });
}

async function read(path: string, options?: Ask) {
  const response = await ask(path, options);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: (await response.json()) as Json,
  };
}

async function location(module = 'contoso/net/azurerm', version = '1.0.0'): Promise<string> {
  return (await ask(`/v1/modules/${module}/${version}/download`)).headers.get('x-terraform-get')!;
}

describe('GET /.well-known/terraform.json', () => {
  it.each([
    ['no credentials', {}],
    ['a token that is not valid', { authorization: 'Bearer ash_mistyped' }],
    ['credentials of another kind', { authorization: 'Negotiate x' }],
  ])('tells the services to a client with %s', async (_, headers) => {
    expect(await read('/.well-known/terraform.json', { headers })).toEqual({
      status: 200,
      type: 'application/json',
      body: {
        'modules.v1': '/v1/modules/',
        'login.v1': {
          client: 'terraform-cli',
          grant_types: ['authz_code'],
          authz: '/oauth/authorize',
          token: '/oauth/token',
          ports: [10_000, 10_010],
        },
      },
    });
  });
});

describe('GET versions', () => {
  it('lists the versions', async () => {
    expect(await read('/v1/modules/contoso/net/azurerm/versions')).toEqual({
      status: 200,
      type: 'application/json; charset=utf-8',
      body: {
        modules: [
          {
            source: `${server.http}/#terraform/contoso/net/azurerm`,
            versions: [{ version: '1.0.0' }, { version: '1.1.0' }, { version: '1.2.0+build.1' }],
          },
        ],
      },
    });
  });

  it('names as source what the publisher named, when bots can use it', async () => {
    const { publishUpload } = await import('@ashlar/registry/source/upload');
    const { normaliseVersion, terraformAddress } = await import('@ashlar/core');
    const publishWith = async (version: string, documentation: string) => {
      await publishUpload(server.registry, {
        caller: { subject: 'test', name: 'test', scopes: [{ action: 'manage', namespace: '*' }] },
        address: terraformAddress('contoso', 'sourced', 'azurerm'),
        version: normaliseVersion(version),
        files: [{ path: 'main.tf', executable: false, bytes: Buffer.from(`# ${version}\n`) }],
        documentation,
      });
    };
    const source = async () =>
      (await read('/v1/modules/contoso/sourced/azurerm/versions')).body.modules[0].source as string;

    await publishWith('1.0.0', 'https://github.com/contoso/terraform-azurerm-sourced');
    expect(await source()).toBe('https://github.com/contoso/terraform-azurerm-sourced');

    await publishWith('1.1.0', 'git::ssh://git@contoso.example/sourced.git');
    expect(await source()).toBe(`${server.http}/#terraform/contoso/sourced/azurerm`);
  });

  it('never cuts the list', { timeout: 120_000 }, async () => {
    const versions = Array.from({ length: 300 }, (_, i) => `${Math.floor(i / 20)}.${i % 20}.0`);
    await publish('terraform/contoso/many/azurerm', ...versions);

    const { body } = await read('/v1/modules/contoso/many/azurerm/versions?limit=10&offset=20');

    expect(body.modules[0].versions).toEqual(versions.map((version) => ({ version })));
  });

  it.each(['CONTOSO/Net/azurerm', 'Contoso/NET/azurerm'])(
    'finds %s, as names compare without case',
    async (name) => {
      expect((await ask(`/v1/modules/${name}/versions`)).status).toBe(200);
    },
  );

  it('answers HEAD', async () => {
    const response = await ask('/v1/modules/contoso/net/azurerm/versions', { method: 'HEAD' });

    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  it('may be kept by nobody', async () => {
    expect((await ask('/v1/modules/contoso/net/azurerm/versions')).headers.get('cache-control')).toBe(
      'no-store',
    );
  });
});

describe('names', () => {
  const long = 'a'.repeat(64);

  it.each([
    ['Azure/avm-res-Network_x/azurerm', 'Azure/avm-res-Network_x/azurerm'],
    [`${long}/${long}/${long}`, `${long}/${long}/${long}`],
    ['a/b/c', 'a/b/c'],
    ['1-2/3_4/5', '1-2/3_4/5'],
  ])('takes %s and keeps its spelling', async (name, spelling) => {
    await publish(`terraform/${name}`, '1.0.0');
    const [namespace] = spelling.split('/');

    expect((await read(`/v1/modules/${name.toLowerCase()}`, { token: server.admin })).body).toMatchObject({
      id: `${spelling}/1.0.0`,
      namespace,
    });
    expect((await read(`/v1/modules/${name}/versions`, { token: server.admin })).status).toBe(200);
  });

  it.each([
    `${long}a/b/azurerm`,
    `b/${long}a/azurerm`,
    `b/c/${long}a`,
    '-a/b/azurerm',
    'a-/b/azurerm',
    'a/_b/azurerm',
    'a/b_/azurerm',
    'a/b.c/azurerm',
    'a/b c/azurerm',
    'a/b/azure-rm',
    'a/b/AzureRM',
    'a/b/azure_rm',
    'a/b_-c/azurerm',
    'a/ä/azurerm',
    'search/b/azurerm',
  ])('knows no module %s and says why', async (name) => {
    const path = `/v1/modules/${name.split('/').map(encodeURIComponent).join('/')}/versions`;

    const { status, body } = await read(path, { token: server.admin });

    expect({ status, body }).toEqual({
      status: 404,
      body: { errors: [expect.stringMatching(/^"terraform\/.*" is not a module address: /)] },
    });
  });
});

describe('GET download', () => {
  it('tells Terraform where the archive is, with its checksum', async () => {
    const response = await ask('/v1/modules/contoso/net/azurerm/1.0.0/download', {
      headers: { 'user-agent': 'Terraform/1.11.4' },
    });

    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(response.headers.get('x-terraform-get')).toMatch(
      /^\/v1\/archives\/[\w-]+\.[\w-]+\.[\w-]+\/net-1\.0\.0\.zip\?checksum=sha256:[0-9a-f]{64}$/,
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('tells OpenTofu the same in a JSON body', async () => {
    const response = await ask('/v1/modules/contoso/net/azurerm/1.0.0/download', {
      headers: { 'user-agent': 'OpenTofu/1.12.6 (+https://opentofu.org)' },
    });

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ location: response.headers.get('x-terraform-get') });
  });

  it.each([
    ['1.0.0', '1.0.0'],
    ['v1.0.0', '1.0.0'],
    ['1.0', '1.0.0'],
    ['1', '1.0.0'],
    ['v1.1', '1.1.0'],
    ['1.2.0+build.1', '1.2.0_build.1'],
    ['1.2.0%2Bbuild.1', '1.2.0_build.1'],
  ])('reads the version %s as people write it', async (version, file) => {
    expect(await location('contoso/net/azurerm', version)).toContain(`/net-${file}.zip?`);
  });

  it('has the bytes behind the checksum', async () => {
    const { createHash } = await import('node:crypto');
    const link = await location();

    const bytes = Buffer.from(await (await ask(link)).arrayBuffer());

    const { body } = await server.api('GET', '/version?ref=terraform/contoso/net/azurerm@1.0.0');
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    expect(link.endsWith(`?checksum=${digest}`)).toBe(true);
    expect(body.archive).toEqual({ digest, size: bytes.length });
  });

  it('counts a download here, and nowhere else', async () => {
    await publish('terraform/contoso/counted/azurerm', '1.0.0');
    const count = async () => {
      await server.registry.usage.flush();
      return (await read('/v1/modules/contoso/counted/azurerm')).body.downloads as number;
    };

    const link = await location('contoso/counted/azurerm');
    await location('contoso/counted/azurerm');
    await ask('/v1/modules/contoso/counted/azurerm/versions');
    await ask('/v1/modules/contoso/counted/azurerm/1.0.0/download', { method: 'HEAD' });
    await ask('/v1/modules/contoso/counted/azurerm/9.0.0/download');
    await ask(link, { method: 'HEAD' });
    await (await ask(link)).arrayBuffer();

    expect(await count()).toBe(2);
  });
});

describe('the archive', () => {
  it('answers HEAD, GET, a range and a conditional request', async () => {
    const link = await location();
    const whole = await ask(link);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const headers = (response: Response) =>
      Object.fromEntries(
        [
          'content-type',
          'content-length',
          'content-encoding',
          'content-range',
          'accept-ranges',
          'etag',
        ].flatMap((name) => (response.headers.has(name) ? [[name, response.headers.get(name)]] : [])),
      );
    const etag = `"${link.slice(link.indexOf('=') + 1)}"`;
    const always = { 'accept-ranges': 'bytes', 'content-type': 'application/zip', etag };
    expect({ status: whole.status, ...headers(whole) }).toEqual({
      status: 200,
      ...always,
      'content-length': String(bytes.length),
    });

    const head = await ask(link, { method: 'HEAD' });
    expect({ status: head.status, ...headers(head) }).toEqual({
      status: 200,
      ...always,
      'content-length': String(bytes.length),
    });

    const tail = await ask(link, { headers: { range: 'bytes=10-' } });
    expect({ status: tail.status, ...headers(tail) }).toEqual({
      status: 206,
      ...always,
      'content-length': String(bytes.length - 10),
      'content-range': `bytes 10-${bytes.length - 1}/${bytes.length}`,
    });
    expect(Buffer.from(await tail.arrayBuffer())).toEqual(bytes.subarray(10));

    const outside = await ask(link, { headers: { range: `bytes=${bytes.length}-` } });
    expect(outside.status).toBe(416);

    const known = await ask(link, { headers: { 'if-none-match': etag } });
    expect({ status: known.status, text: await known.text() }).toEqual({ status: 304, text: '' });
  });

  it('is not compressed on the way, whatever the client accepts', async () => {
    const response = await ask(await location(), { headers: { 'accept-encoding': 'gzip, br, zstd' } });

    expect(response.headers.get('content-encoding')).toBeNull();
  });

  it('needs no token, and takes no notice of a wrong one', async () => {
    expect((await ask(await location(), { token: 'ash_mistyped' })).status).toBe(200);
  });

  it('is refused under a link whose token was revoked, and under one from before the namespace was closed', async () => {
    const { body: made } = await server.api('POST', '/tokens', { name: 'short', scopes: ['read:closed'] });
    const path = '/v1/modules/closed/net/azurerm/1.0.0/download';
    const link = (await ask(path, { token: made.token })).headers.get('x-terraform-get')!;
    await createNamespace(server, 'closing', 'public');
    await publish('terraform/closing/net/azurerm', '1.0.0');
    const open = await location('closing/net/azurerm');
    expect([(await ask(link)).status, (await ask(open)).status]).toEqual([200, 200]);

    await server.api('DELETE', `/tokens/${made.id}`);
    await server.api('PATCH', '/namespaces/closing', { visibility: 'private' });

    expect([(await ask(link)).status, (await ask(open)).status]).toEqual([403, 401]);
  });

  it('is refused under an altered, expired or foreign link', async () => {
    const link = await location();
    const ticket = link.split('/')[3]!;
    const [head, claims, signature] = ticket.split('.') as [string, string, string];
    const { digest } = (await server.api('GET', '/version?ref=terraform/contoso/net/azurerm@1.1.0')).body
      .archive;
    const other = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...other, digest })).toString('base64url');
    const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const upload = await fetch(`${server.http}/v2/contoso/x/blobs/uploads/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.admin}` },
    });
    const access = (await (
      await fetch(`${server.http}/token?service=ashlar`, {
        headers: { authorization: `Basic ${btoa(`x:${server.admin}`)}` },
      })
    ).json()) as { token: string };
    const wrong = {
      text: 'x',
      'another archive': [head, forged, signature].join('.'),
      'no signature': [unsigned, forged, ''].join('.'),
      'an altered signature': ticket.slice(0, -5) + (ticket.endsWith('AAAAA') ? 'BBBBB' : 'AAAAA'),
      'a ticket of an upload': upload.headers.get('location')!.split('/').at(-1)!.split('?')[0]!,
      'an access token': access.token,
      'an API token': server.admin,
    };
    for (const [name, text] of Object.entries(wrong)) {
      expect({ name, ...(await refusal(link.replace(ticket, text))) }).toEqual({ name, ...expired });
    }
    try {
      // The time that the test takes counts as well.
      clock.offset = 890_000;
      expect((await ask(link, { method: 'HEAD' })).status).toBe(200);
      clock.offset = 901_000;
      expect(await refusal(link)).toEqual(expired);
    } finally {
      clock.offset = 0;
    }
  });

  const expired = {
    status: 403,
    type: 'text/plain; charset=utf-8',
    text: 'The download link has expired or was altered. Run the command again to get a new one.',
  };

  async function refusal(path: string) {
    const response = await ask(path);
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    };
  }
});

describe('refusals', () => {
  const signIn =
    'This needs a token. Sign in with an Ashlar token: ashlar login, or docker login with it as password.';
  const invalid =
    'The token is not valid; it was mistyped, revoked or has expired. Sign in again with a valid one.';
  const unknown = (name: string) =>
    `There is no module ${name} that you may read. List what there is: ashlar list`;
  const noVersion = (name: string, version: string) =>
    `There is no version ${version} of ${name}. List its versions: ashlar show ${name}`;

  it.each([
    ['closed/net/azurerm/versions', undefined, 401, signIn],
    ['closed/none/azurerm/versions', undefined, 401, signIn],
    ['nowhere/none/azurerm/versions', undefined, 401, signIn],
    ['contoso/none/azurerm/versions', undefined, 404, unknown('terraform/contoso/none/azurerm')],
    ['closed/net/azurerm/versions', 'reader', 404, unknown('terraform/closed/net/azurerm')],
    ['nowhere/none/azurerm/versions', 'reader', 404, unknown('terraform/nowhere/none/azurerm')],
    ['contoso/net/azurerm/versions', 'ash_mistyped', 401, invalid],
    ['closed/net/azurerm', undefined, 401, signIn],
    ['closed/net/azurerm', 'reader', 404, unknown('terraform/closed/net/azurerm')],
    ['contoso/none/azurerm', undefined, 404, unknown('terraform/contoso/none/azurerm')],
    ['contoso/net/azurerm/9.0.0', undefined, 404, noVersion('terraform/contoso/net/azurerm', '9.0.0')],
    ['contoso/none/azurerm/download', undefined, 404, unknown('terraform/contoso/none/azurerm')],
    ['closed/net/azurerm/download', undefined, 401, signIn],
  ])('answers %s for the token %s with %i as JSON', async (path, token, status, message) => {
    const found = await read(
      `/v1/modules/${path}`,
      token === undefined ? {} : { token: token === 'reader' ? reader : token },
    );

    expect(found).toEqual({ status, type: 'application/json; charset=utf-8', body: { errors: [message] } });
  });

  it.each([
    ['closed/net/azurerm/1.0.0/download', undefined, 401, signIn],
    ['closed/net/azurerm/1.0.0/download', 'reader', 404, noVersion('terraform/closed/net/azurerm', '1.0.0')],
    [
      'contoso/net/azurerm/9.0.0/download',
      undefined,
      404,
      noVersion('terraform/contoso/net/azurerm', '9.0.0'),
    ],
    [
      'contoso/net/azurerm/latest/download',
      undefined,
      404,
      '"latest" is not a version. Use Semantic Versioning without a leading v, for example 1.2.0.',
    ],
    ['contoso/net/azurerm/1.0.0/download', 'ash_mistyped', 401, invalid],
  ])('answers %s for the token %s with %i as one sentence', async (path, token, status, message) => {
    const response = await ask(
      `/v1/modules/${path}`,
      token === undefined ? {} : { token: token === 'reader' ? reader : token },
    );

    expect({
      status: response.status,
      type: response.headers.get('content-type'),
      challenge: response.headers.get('www-authenticate'),
      text: await response.text(),
    }).toEqual({
      status,
      type: 'text/plain; charset=utf-8',
      challenge: status === 401 ? 'Bearer realm="ashlar"' : null,
      text: message,
    });
  });

  it('answers for a revoked version with 410 and one sentence everywhere', async () => {
    await publish('terraform/contoso/bad/azurerm', '1.0.0', '1.1.0');
    await change(server, 'revoke', 'terraform/contoso/bad/azurerm@1.0.0', { reason: 'Broken' });
    const sentence = 'terraform/contoso/bad/azurerm@1.0.0 was revoked: Broken. Use 1.1.0 instead.';

    const download = await ask('/v1/modules/contoso/bad/azurerm/1.0.0/download');
    const detail = await read('/v1/modules/contoso/bad/azurerm/1.0.0');

    expect({
      status: download.status,
      type: download.headers.get('content-type'),
      text: await download.text(),
    }).toEqual({
      status: 410,
      type: 'text/plain; charset=utf-8',
      text: sentence,
    });
    expect(detail).toEqual({
      status: 410,
      type: 'application/json; charset=utf-8',
      body: { errors: [sentence] },
    });
  });
});
