import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  type Config,
  loadConfig,
  type RunningServer,
  startServer,
  type StartOptions,
} from '@ashlar/registry';

/** What came out of JSON; tests look into it without ceremony. */
export type Json = ReturnType<typeof JSON.parse>;

/** A server of its own for a test: real listeners on free ports, a data folder that goes away with it. */
export interface TestServer extends RunningServer {
  readonly http: string;
  readonly https: string;
  /** Host and port of the two addresses. */
  readonly httpHost: string;
  readonly httpsHost: string;
  readonly admin: string;
  /** File and text of the CA that signed the https certificate. */
  readonly caFile: string;
  readonly ca: string;
  readonly data: string;
  readonly config: Config;
  /** Makes a token with the given scopes, such as `read:contoso`. */
  token(...scopes: string[]): Promise<string>;
  /** Calls Ashlar's API as the administrator, or with another token; `undefined` is anonymous. */
  api(method: string, path: string, body?: unknown, token?: string): Promise<{ status: number; body: Json }>;
  stop(): Promise<void>;
}

export interface TestServerOptions extends StartOptions {
  /** Settings as in the configuration file. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Settings that have no flag, such as `ASHLAR_ENTRA`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Serve this folder, and leave it when the server stops. */
  readonly data?: string;
  /** Where the test reaches the http listener, when its external URL is that of a proxy. */
  readonly reach?: string;
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'ashlar-test-')));
  const { config } = await loadConfig({
    flags: {
      data,
      listen: '127.0.0.1:0',
      listenTls: '127.0.0.1:0',
      logLevel: 'silent',
      shutdownGrace: '0s',
      // Tests are quicker than people, and wrong more often.
      rateLimit: 'off',
      signInLimit: 'off',
      ...options.settings,
    },
    env: options.env ?? {},
    cwd: process.cwd(),
  });
  const server = await startServer(config, options);
  const http = options.reach ?? server.urls.http ?? '';
  const https = server.urls.https ?? '';
  const admin = options.env?.['ASHLAR_ADMIN_TOKEN'] ?? (await readFile(server.adminTokenFile, 'utf8')).trim();
  const caFile = server.localCa?.path ?? '';

  const api: TestServer['api'] = async (method, path, body, token = admin) => {
    const response = await fetch(`${http}/api/v1${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };

  return {
    ...server,
    http,
    https,
    httpHost: http && new URL(http).host,
    httpsHost: https && new URL(https).host,
    admin,
    caFile,
    ca: caFile && (await readFile(caFile, 'utf8')),
    data,
    config,
    api,
    async token(...scopes) {
      const { body } = await api('POST', '/tokens', { name: `test ${scopes.join(' ')}`, scopes });
      return body.token;
    },
    async stop() {
      await server.close();
      if (options.data === undefined) await rm(data, { recursive: true, force: true });
    },
  };
}

/** Publishes the files of a Terraform or Bicep module through the upload API. */
export async function publishFiles(
  server: TestServer,
  reference: string,
  files: Readonly<Record<string, string>>,
  token: string = server.admin,
): Promise<{ status: number; body: Json }> {
  const { packZip } = await import('@ashlar/registry/intake');
  const zip = await packZip(
    Object.entries(files).map(([path, text]) => ({ path, executable: false, bytes: Buffer.from(text) })),
  );
  const response = await fetch(`${server.http}/api/v1/version?ref=${encodeURIComponent(reference)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/zip' },
    body: new Uint8Array(zip),
  });
  return { status: response.status, body: await response.json() };
}
