import { readdir } from 'node:fs/promises';

import fc from 'fast-check';

import { openConnection } from '../../support/raw-connection.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { type AnyTarget, target } from '../target.ts';

interface Request {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly anonymous: boolean;
}

/** Codes of the distribution specification 1.1, and those for what it has none (UNKNOWN is for 5xx, which is broken). */
const specificationCodes = [
  'BLOB_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'DIGEST_INVALID',
  'MANIFEST_BLOB_UNKNOWN',
  'MANIFEST_INVALID',
  'MANIFEST_UNKNOWN',
  'NAME_INVALID',
  'NAME_UNKNOWN',
  'SIZE_INVALID',
  'UNAUTHORIZED',
  'DENIED',
  'UNSUPPORTED',
  'TOOMANYREQUESTS',
];

const digest = `sha256:${'a'.repeat(64)}`;
const parts = fc.constantFrom(
  'a',
  'contoso',
  'net',
  'azurerm',
  'terraform',
  'bicep',
  'blobs',
  'uploads',
  'manifests',
  'tags',
  'list',
  'referrers',
  '_catalog',
  '_tags',
  '_manifests',
  '1.0.0',
  'latest',
  'versions',
  'download',
  'search',
  'status',
  'tokens',
  'version',
  'module',
  'modules',
  'namespaces',
  'revoke',
  'deprecate',
  'authorize',
  'token',
  'exchange',
  'openapi.json',
  digest,
  digest.toUpperCase(),
  '..',
  '.',
  '',
  '%2e%2e',
  '%2f',
  '%252f',
  '%00',
  '%',
  '%zz',
  '%c0%af',
  '%ff',
  '%E2%80%AE',
  'A',
  '-',
  '_',
  '~',
  ':',
  '@',
  ';',
  'a:b',
  'x'.repeat(300),
);
const queries = fc.array(
  fc.tuple(
    fc.constantFrom(
      'n',
      'last',
      'digest',
      'mount',
      'from',
      'tag',
      'ref',
      'address',
      'search',
      'q',
      'limit',
      'offset',
      'scope',
      'service',
      'state',
      'artifactType',
      'orderby',
      '__proto__',
      'a[b]',
    ),
    fc.oneof(
      parts,
      fc.constantFrom(
        '0',
        '1',
        '-1',
        '1e9',
        '2147483648',
        'terraform/contoso/net/azurerm@1.0.0',
        'repository:a:pull',
      ),
      fc.string({ maxLength: 10 }).map(encodeURIComponent),
    ),
  ),
  { maxLength: 3 },
);
const headers = fc.array(
  fc.tuple(
    fc.constantFrom(
      'Range',
      'Content-Range',
      'If-None-Match',
      'If-Match',
      'If-Range',
      'Accept',
      'Accept-Encoding',
      'Content-Type',
      'Authorization',
      'X-Forwarded-Host',
      'Origin',
      'Cookie',
      'Expect',
      'User-Agent',
      'Transfer-Encoding',
      'Content-Length',
      'Connection',
    ),
    fc.oneof(
      fc.constantFrom(
        'bytes=0-1',
        'bytes=9-1',
        '0-1',
        '*',
        '"a"',
        'application/json',
        'application/vnd.oci.image.manifest.v1+json',
        'application/x-www-form-urlencoded',
        'Bearer a.b.c',
        'Basic Og==',
        'Basic YTpi',
        'chunked',
        '3',
        'OpenTofu/1.0',
        'close',
        'gzip',
      ),
      fc.string({ maxLength: 20 }),
    ),
  ),
  { maxLength: 3 },
);
const bodies = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc.json({ maxDepth: 2 }),
  fc.constantFrom(
    '{"name":"a"}',
    'grant_type=password',
    '{',
    'null',
    '{"schemaVersion":2}',
    'PK\x03\x04',
    '{"reason":"a"}',
  ),
  fc.string({ maxLength: 40 }),
);

function requests(...roots: readonly string[]): fc.Arbitrary<Request> {
  return fc
    .tuple(
      fc.constantFrom('GET', 'GET', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
      fc.constantFrom(...roots),
      fc.array(parts, { maxLength: 7 }),
      queries,
      headers,
      bodies,
      fc.boolean(),
    )
    .map(([method, root, path, query, fields, body, anonymous]) => {
      const text = query.map(([key, value]) => `${key}=${value}`).join('&');
      return {
        method,
        target: `${root}${path.join('/')}${text && `?${text}`}`,
        headers: fields,
        body,
        anonymous,
      };
    });
}

function wire(
  { admin }: TestServer,
  { method, target: path, headers: fields, body, anonymous }: Request,
): Buffer {
  const given = (name: string) => fields.some(([field]) => field.toLowerCase() === name);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: x',
    ...(anonymous || given('authorization') ? [] : [`Authorization: Bearer ${admin}`]),
    ...fields.map(([name, value]) => `${name}: ${value}`),
    ...(given('content-length') || given('transfer-encoding')
      ? []
      : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

async function ask(server: TestServer, request: Request) {
  const connection = await openConnection(server.http);
  try {
    void connection.write(wire(server, request)).catch(() => {});
    const timeout = new Promise<undefined>((resolve) => setTimeout(resolve, 300, undefined));
    return await Promise.race([connection.answer().catch(() => undefined), timeout]);
  } finally {
    connection.close();
  }
}

/** No answer is an answer too: of a request whose body never comes, or one that says to keep quiet. */
function routeTarget(name: string, isOci: boolean, ...roots: readonly string[]): AnyTarget {
  let server: Promise<TestServer> | undefined;
  return target({
    name,
    inputs: requests(...roots),
    async check(request: Request) {
      server ??= startTestServer({ settings: { listenTls: 'off' } });
      const running = await server;
      const answer = await ask(running, request);
      if (answer === undefined) return;
      const { status, body, headers: fields } = answer;
      if (status >= 500) throw new Error(`${status} ${body}`);
      if (status >= 400 && fields.get('ashlar-error') === undefined)
        throw new Error(`${status} without a code: ${body}`);
      // Other methods belong to no endpoint of the specification.
      if (isOci && request.method !== 'OPTIONS' && status >= 400 && request.target.startsWith('/v2/'))
        checkOci(body, fields.get('ashlar-error'));
      if (!(await readdir(running.data)).includes('metadata.db'))
        throw new Error('the data folder is not what it was');
    },
    async close() {
      await (await server)?.stop();
      server = undefined;
    },
  });
}

function checkOci(body: string, code: string | undefined): void {
  // What was no request has no protocol.
  if (body === '' || !body.startsWith('{"errors"')) {
    if (code === 'ASH-REQUEST-INVALID' || code === 'ASH-ROUTE-UNKNOWN' || code === 'ASH-HEADER-SIZE') return;
    throw new Error(`not the shape of the specification: ${body}`);
  }
  const { errors } = JSON.parse(body) as { errors: { code: string }[] };
  const foreign = errors.find((error) => !specificationCodes.includes(error.code));
  if (foreign) throw new Error(`${foreign.code} is not a code of the specification`);
}

export const routeTargets: readonly AnyTarget[] = [
  routeTarget(
    'oci',
    true,
    '/v2/',
    '/v2/contoso/a/',
    '/v2/terraform/contoso/net/azurerm/',
    `/v2/contoso/a/blobs/`,
  ),
  routeTarget('terraform', false, '/v1/modules/', '/v1/archives/', '/oauth/', '/.well-known/'),
  routeTarget('acr', false, '/acr/v1/', '/oauth2/', '/token'),
  routeTarget('api', false, '/api/v1/', '/', '/api/v1/version'),
];
