import { resolve } from 'node:path';

import { existsSync } from '@ashlar/registry/gateway/file-system';
import { httpRequest, type HttpRequest, type HttpResponse } from '@ashlar/registry/gateway/http';
import type * as schemaModule from '@ashlar/registry/protocol/api/schema';
import type { z } from 'zod';

import { cliError, ServerError } from './cli-error.ts';
import { isLoopback } from '@ashlar/core/loopback';
import type { ClientSettings } from './client-settings.ts';
import { trustedAuthorities } from './trusted-ca.ts';

type Schemas = typeof schemaModule;

/** The shapes of the API that commands ask for, with what every answer of that shape has. */
const shapes = {
  Status: ['version', 'caller', 'externalUrls'],
  ModulePage: ['modules'],
  ModuleDetail: ['address', 'versions'],
  Version: ['version', 'state', 'digest'],
  VersionDiff: ['changes', 'to'],
  Published: ['status', 'digest', 'contentDigest'],
  Namespace: ['name', 'visibility'],
  Token: ['id', 'scopes'],
  CreatedToken: ['id', 'scopes', 'token'],
  Task: ['id', 'state', 'figures'],
} as const satisfies { readonly [Name in keyof Schemas]?: readonly (keyof z.output<Schemas[Name]>)[] };

type ShapeName = keyof typeof shapes;
/** A shape of the API by name; see packages/registry/src/protocol/api/schema.ts. */
export type Shape<Name extends keyof Schemas> = z.output<Schemas[Name]>;

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: { readonly type: string; readonly bytes: Buffer };
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Talks to the API of one server. Every call throws what the server refuses, and ASH-SERVER-UNREACHABLE. */
export interface Client {
  readonly settings: ClientSettings;
  call<Name extends ShapeName>(shape: Name, path: string, request?: ApiRequest): Promise<Shape<Name>>;
  list<Name extends ShapeName>(shape: Name, path: string): Promise<Shape<Name>[]>;
  /** For answers without content. */
  send(path: string, request: ApiRequest): Promise<void>;
  /** Any other address of the server, whatever it answers. `path` begins with a slash. */
  raw(path: string, request?: HttpRequest): Promise<HttpResponse>;
}

export async function createClient(settings: ClientSettings): Promise<Client> {
  const ca = settings.url.startsWith('https:') ? await trustedAuthorities(settings.caFile) : undefined;
  const raw = async (path: string, request: HttpRequest = {}) => {
    try {
      return await httpRequest(settings.url + path, { ...(ca === undefined ? {} : { ca }), ...request });
    } catch (error) {
      throw await unreachable(settings.url, error);
    }
  };
  const fetchData = async (path: string, request: ApiRequest = {}) =>
    await readAnswer(settings, await raw(apiPath(path, request), httpRequestOf(settings, request)));
  return {
    settings,
    raw,
    call: async (shape, path, request) => await expectShape(settings, shape, await fetchData(path, request)),
    list: async (shape, path) => {
      const data = await fetchData(path);
      if (!Array.isArray(data)) throw await unknownForm(settings.url);
      return await Promise.all(data.map(async (item: unknown) => await expectShape(settings, shape, item)));
    },
    send: async (path, request) => void (await fetchData(path, request)),
  };
}

/**
 * Tells another program's answer from ours. The schemas themselves are for the server: loading zod for them would take
 * a third of the time of a small command.
 */
async function expectShape<Name extends ShapeName>(
  { url }: ClientSettings,
  shape: Name,
  data: unknown,
): Promise<Shape<Name>> {
  const isComplete = typeof data === 'object' && data !== null && shapes[shape].every((key) => key in data);
  if (!isComplete) throw await unknownForm(url);
  return data as Shape<Name>;
}

async function unknownForm(url: string) {
  return await notAshlar(url, 'it answers in a form that this ashlar does not know');
}

function apiPath(path: string, { query = {} }: ApiRequest): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(
    Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
  ).toString();
  return `/api/v1${path}${search === '' ? '' : `?${search}`}`;
}

function httpRequestOf({ token }: ClientSettings, request: ApiRequest): HttpRequest {
  const { method = 'GET', json, body, timeout } = request;
  const type = json === undefined ? body?.type : 'application/json';
  const content = json === undefined ? body?.bytes : JSON.stringify(json);
  return {
    method,
    headers: {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(type === undefined
        ? {}
        : { 'content-type': type, 'content-length': String(Buffer.byteLength(content!)) }),
    },
    ...(content === undefined ? {} : { body: content }),
    ...(timeout === undefined ? {} : { timeout }),
  };
}

async function readAnswer(
  settings: ClientSettings,
  { status, headers, body }: HttpResponse,
): Promise<unknown> {
  const { url } = settings;
  if (status === 204) return undefined;
  if (status >= 300 && status < 400) {
    throw await notAshlar(url, `it redirects to ${headers.get('location') ?? 'nowhere'}; name that address`);
  }
  const isJson = /^application\/json\b/.test(headers.get('content-type') ?? '');
  const data = isJson ? parseJson(body) : undefined;
  if (data === undefined)
    throw await notAshlar(url, `what answers there with status ${status} is not Ashlar`);
  if (status < 300) return data;
  const { code, message } = data as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || typeof message !== 'string') {
    throw await notAshlar(url, `what answers there with status ${status} is not Ashlar`);
  }
  throw new ServerError(
    code,
    message,
    status,
    code === 'ASH-AUTH-REQUIRED' ? tokenHint(settings) : undefined,
  );
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Where the token of a server on this machine lies. It is named, never read: that is the user's to decide. */
function tokenHint({ url, token }: ClientSettings): string | undefined {
  if (token !== undefined || !isLoopback(url)) return undefined;
  const path = resolve(process.env['ASHLAR_DATA'] || 'ashlar-data', 'admin-token');
  const file = existsSync(path) ? path : '<data>/admin-token';
  return `The first start of the server wrote an admin token: ashlar login ${url} --token - < ${file}`;
}

async function notAshlar(url: string, reason: string) {
  return await cliError('ASH-SERVER-UNREACHABLE', { url, reason });
}

const trustFix = 'name the CA with --ca, ASHLAR_CA or SSL_CERT_FILE';
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no such host is known',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no answer in time',
  ECONNRESET: 'the connection was closed, as when http and https are mixed up',
  EPROTO: 'it does not speak https, perhaps http',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak https, perhaps http',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak https, perhaps http',
  HPE_INVALID_CONSTANT: 'it does not speak http, perhaps https',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names',
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is self-signed and not trusted; ${trustFix}`,
  SELF_SIGNED_CERT_IN_CHAIN: `its certificate is not trusted; ${trustFix}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `its certificate is not trusted; ${trustFix}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `its certificate is not trusted; ${trustFix}, or let the server send its whole chain`,
};

/** Says why a connection failed, in words. */
export function connectionReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error && error.message !== '' ? error.message : code);
}

async function unreachable(url: string, error: unknown) {
  return await cliError('ASH-SERVER-UNREACHABLE', { url, reason: connectionReason(error) }, { cause: error });
}
