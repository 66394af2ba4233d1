import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { start } from '../support/run.ts';
import { type Json, publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import { call, createNamespace, openWorkspace, versionModule, type Workspace } from './client.ts';

/** A clock that the test moves. */
const clock = { offset: 0, now: () => Date.now() + clock.offset };
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ clock });
  // The browser of this test trusts the local CA.
  setDefaultCACertificates([server.ca]);
  await createNamespace(server, 'closed', 'private');
  const { status } = await publishFiles(server, 'terraform/closed/net/azurerm@1.0.0', versionModule('1.0.0'));
  if (status !== 201) throw new Error(`publish: ${status}`);
});

afterAll(async () => await server.stop());

/** What a browser does with the page: opens it, fills in the form, sends it to where the form says. */
async function signIn(url: string, token: string): Promise<Response> {
  const page = await fetch(url);
  const html = await page.text();
  expect(page.status).toBe(200);
  const [, attributes] = /<form([^>]*)>/.exec(html)!;
  expect(attributes).toContain('method="post"');
  const action = /action="([^"]*)"/.exec(attributes!)?.[1] ?? url;
  expect(html).toMatch(/<input\s[^>]*name="token"\s+type="password"/);
  return await fetch(new URL(action, url), {
    method: 'POST',
    body: new URLSearchParams({ token }),
    redirect: 'manual',
  });
}

/**
 * Opens the page of the waiting client. The client closes its listener as soon as it has the code, which may be before
 * its answer is out (Terraform 1.11, command/login.go: the code is sent on, then the page is written): a browser then
 * shows an error, and the login is done all the same.
 */
async function openListener(url: string): Promise<void> {
  const answer = await fetch(url).catch((error: unknown) => error as Error & { cause?: { code?: string } });
  if (answer instanceof Response) {
    expect(answer.status).toBe(200);
    await answer.text().catch(() => undefined);
  } else expect(answer.cause?.code).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/);
}

async function makeToken(...scopes: string[]): Promise<{ id: string; token: string }> {
  return (await server.api('POST', '/tokens', { name: 'laptop of Ann', scopes })).body;
}

describe.each(['terraform', 'tofu'] as const)('%s', (name) =>
  describeWithTool(name, `${name} login`, (tools) => {
    const tool = tools[name];
    let workspace: Workspace;

    afterAll(async () => await workspace.remove());

    it('gets a token of its own, which ends with the one that was pasted', async () => {
      const { caFile, httpsHost } = server;
      const pasted = await makeToken('read:closed');
      workspace = await openWorkspace(tool, {
        files: { 'main.tf': call('net', `${httpsHost}/closed/net/azurerm`) },
        caFile,
        // No file: credentials then come from the home folder. No PATH: no browser is found.
        env: { TF_CLI_CONFIG_FILE: '', PATH: '' },
      });
      expect((await workspace.init()).text).toContain('401 Unauthorized');

      await using login = await start(tool, ['login', httpsHost], {
        cwd: workspace.folder,
        env: workspace.env,
        input: 'yes\n',
      });
      const [url] = await login.waitFor(/https:\/\/\S+\/oauth\/authorize\?\S+/);
      expect(new URL(url).searchParams.get('client_id')).toBe('terraform-cli');

      const wrong = await signIn(url, 'ash_mistyped');
      expect(wrong.status).toBe(401);
      expect(await wrong.text()).toContain(
        '<p role="alert">The token is not valid; it was mistyped, revoked or has expired. Sign in again with a valid one.</p>',
      );

      const right = await signIn(url, ` ${pasted.token}\n`);
      expect(right.status).toBe(303);
      await openListener(right.headers.get('location')!);
      expect({ ...(await login.ended), stderr: login.stderr() }).toEqual({
        exitCode: 0,
        signal: null,
        stderr: '',
      });
      expect(login.stdout()).toMatch(/Success!.*obtained and saved an API token/s);

      const stored = JSON.parse(
        await readFile(join(workspace.env['HOME']!, '.terraform.d/credentials.tfrc.json'), 'utf8'),
      ) as { credentials: Record<string, { token: string }> };
      const { token } = stored.credentials[httpsHost]!;
      expect(token).toMatch(/^ash_[0-9A-Za-z]{49}$/);
      expect(token).not.toBe(pasted.token);
      expect((await server.api('GET', '/tokens', undefined, token)).body).toEqual([
        expect.objectContaining({
          name: 'terraform login with laptop of Ann',
          scopes: ['read:closed'],
          parent: pasted.id,
        }),
      ]);
      expect(await workspace.init()).toMatchObject({ exitCode: 0, versions: { net: '1.0.0' } });

      await server.api('DELETE', `/tokens/${pasted.id}`);
      await workspace.clean();
      expect((await workspace.init()).text).toContain('401 Unauthorized');
    });
  }),
);

describe('login.v1', () => {
  const verifier = randomBytes(32).toString('base64url');
  const redirect = 'http://localhost:10000/login';
  const asked = {
    response_type: 'code',
    client_id: 'terraform-cli',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    redirect_uri: redirect,
    state: 'a&b =ü',
  };

  function authorizeUrl(changes: Record<string, string | undefined> = {}): string {
    const query = Object.entries({ ...asked, ...changes }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return `${server.https}/oauth/authorize?${new URLSearchParams(query).toString()}`;
  }

  async function code(): Promise<string> {
    const response = await signIn(authorizeUrl(), await server.token('read:closed'));
    return new URL(response.headers.get('location')!).searchParams.get('code')!;
  }

  async function redeem(fields: Record<string, string>) {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'terraform-cli',
      code_verifier: verifier,
      redirect_uri: redirect,
      ...fields,
    });
    const response = await fetch(`${server.http}/oauth/token`, { method: 'POST', body });
    return {
      status: response.status,
      cache: response.headers.get('cache-control'),
      body: (await response.json()) as Json,
    };
  }

  it('shows a page that nothing can frame, script, cache or leak', async () => {
    const { status, headers } = await fetch(authorizeUrl());

    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'self' http://localhost:10000",
    });
  });

  it('sends the browser back with the code and the state as it was', async () => {
    const response = await signIn(authorizeUrl(), await server.token('read:closed'));

    const target = new URL(response.headers.get('location')!);
    expect(response.status).toBe(303);
    expect(target.origin + target.pathname).toBe(redirect);
    expect(target.searchParams.get('state')).toBe('a&b =ü');
  });

  it('trades a code for a token once', async () => {
    const first = await code();

    const { status, cache, body } = await redeem({ code: first });

    expect({ status, cache, body }).toEqual({
      status: 200,
      cache: 'no-store',
      body: { access_token: expect.stringMatching(/^ash_/), token_type: 'bearer' },
    });
    expect(await redeem({ code: first })).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: 'The sign-in request is not valid: the code was used already.',
      },
    });
  });

  it.each([
    ['another verifier', { code_verifier: 'x'.repeat(43) }, 'code_verifier does not match'],
    ['no verifier', { code_verifier: '' }, 'code_verifier does not match'],
    ['another redirect', { redirect_uri: 'http://localhost:10001/login' }, 'redirect_uri does not match'],
    ['another grant', { grant_type: 'password' }, 'grant_type must be authorization_code'],
    ['an invented code', { code: 'x' }, 'the code is not valid or has expired'],
  ])('refuses %s', async (_, fields, reason) => {
    const { status, body } = await redeem({ code: await code(), ...fields });

    expect({ status, body }).toEqual({
      status: 400,
      body: { error: 'invalid_grant', error_description: `The sign-in request is not valid: ${reason}.` },
    });
  });

  it('refuses a code after two minutes', async () => {
    const [early, late] = [await code(), await code()];
    try {
      // The time that the test takes counts as well.
      clock.offset = 90_000;
      expect((await redeem({ code: early })).status).toBe(200);
      clock.offset = 121_000;
      expect((await redeem({ code: late })).body.error_description).toContain(
        'the code is not valid or has expired',
      );
    } finally {
      clock.offset = 0;
    }
  });

  it('refuses a code whose token was revoked meanwhile', async () => {
    const { id, token } = await makeToken('read:closed');
    const response = await signIn(authorizeUrl(), token);
    await server.api('DELETE', `/tokens/${id}`);

    const { body } = await redeem({
      code: new URL(response.headers.get('location')!).searchParams.get('code')!,
    });

    expect(body.error_description).toContain('the token that signed in is not valid any more');
  });

  it('takes no other ticket of ours for a code', async () => {
    const { token } = (await (
      await fetch(`${server.http}/token?service=ashlar`, {
        headers: { authorization: `Basic ${btoa(`x:${server.admin}`)}` },
      })
    ).json()) as { token: string };

    expect((await redeem({ code: token })).body.error).toBe('invalid_grant');
  });

  it.each([
    ['a redirect to another host', { redirect_uri: 'http://evil.example/login' }],
    ['a redirect to a host that begins alike', { redirect_uri: 'http://localhost:10000@evil.example/login' }],
    ['a redirect to another port', { redirect_uri: 'http://localhost:10011/login' }],
    ['a redirect to another path', { redirect_uri: 'http://localhost:10000/login/../x' }],
    ['a redirect over https', { redirect_uri: 'https://localhost:10000/login' }],
    ['another client', { client_id: 'other' }],
    ['no challenge', { code_challenge: undefined }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
    ['another response type', { response_type: 'token' }],
  ])('refuses %s before it shows a page', async (_, changes) => {
    for (const method of ['GET', 'POST']) {
      const init = method === 'POST' ? { body: new URLSearchParams({ token: server.admin }) } : {};
      const response = await fetch(authorizeUrl(changes), { method, redirect: 'manual', ...init });
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(await response.text()).toBe(
        `The sign-in request is not valid: ${Object.keys(changes)[0]} is missing or wrong; start it with terraform login.`,
      );
    }
  });

  it('keeps tokens and codes out of the log', async () => {
    const lines: string[] = [];
    const { createLogger } = await import('../../packages/registry/src/server/log.ts');
    const logged = await startTestServer({
      log: createLogger('trace', { write: (line) => void lines.push(line) }),
    });
    try {
      const url = authorizeUrl().replace(server.https, logged.http);
      const response = await signIn(url, logged.admin);
      const back = new URL(response.headers.get('location')!);
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.searchParams.get('code')!,
        code_verifier: verifier,
        redirect_uri: redirect,
      });
      const { access_token: token } = (await (
        await fetch(`${logged.http}/oauth/token`, { method: 'POST', body })
      ).json()) as { access_token: string };
      await fetch(`${logged.http}/v1/modules`, { headers: { authorization: `Bearer ${token}` } });

      const text = lines.join('');
      expect(text).toContain('/oauth/authorize');
      for (const secret of [
        logged.admin,
        token,
        back.searchParams.get('code')!,
        asked.code_challenge,
        verifier,
      ]) {
        expect(text).not.toContain(secret);
      }
    } finally {
      await logged.stop();
    }
  });
});
