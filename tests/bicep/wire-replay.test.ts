import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type LocalIssuer, people, startIssuer, tenant } from './entra.ts';
import { basic, bearer, rawClient, type RawRequest, type RawResponse, type Send } from './raw-http.ts';
import { bytesOf, headerOf, isGenuine, readRecordings, sha256 } from './recording.ts';
import {
  indexBodies,
  type Kind,
  kindOf,
  type Mode,
  type Played,
  playStep,
  type ReplayServer,
} from './replay.ts';

/**
 * What the recordings demand of a server: id, sentence, and the check below that proves it. `rule` are the rules for a
 * server, `client` the lines of "accepted and refused" that concern one.
 */
const demands: readonly [id: string, says: string, check: () => void | Promise<void>][] = [
  ['rule 1', '%2F, %2f, %3A and %3a are decoded once', escapesAreDecodedOnce],
  ['rule 1', 'a manifest is served byte for byte as it was pushed', manifestsKeepTheirBytes],
  ['rule 2', 'POST of an upload: 202 with a root-relative Location', uploadsStartWithLocation],
  ['rule 2', 'PUT of an upload: 201 with the digest', uploadsEndWithDigest],
  ['rule 2', 'PUT of a manifest: 201 with the digest', manifestsAreAccepted],
  ['rule 2', 'GET of a manifest: length, type and digest, never compressed', manifestsAreServedWhole],
  ['rule 3', '?&digest= and lower-case escapes', digestParameterIsTolerant],
  ['rule 3', 'no User-Agent, no Accept', bareRequestsWork],
  ['rule 3', 'PATCH with and without Content-Range', chunksWithAndWithoutRange],
  ['rule 3', 'PATCH and PUT again after 401', uploadsSurviveRefusal],
  ['rule 3', 'PATCH and PUT again after 5xx', uploadsSurviveRepetition],
  ['rule 4', 'Bearer with a realm on our own host and port', realmIsOurs],
  ['rule 4', 'one challenge with service and the smallest scope', challengesAreExact],
  ['rule 4', 'anonymous tokens when reading is public, and then only', anonymousTokens],
  ['rule 5', '/oauth2/exchange: a refresh token shaped like a JWT with exp', refreshTokensAreJwts],
  ['rule 5', '/oauth2/token and /acr/v1/* in the shapes of Azure', azureShapes],
  ['rule 6', 'a short plain sentence in errors[0].message, no detail', errorsAreSentences],
  ['rule 6', 'no 429 for a publish', publishingIsNeverLimited],
  ['rule 7', '9 MiB and more in one PUT', largeBlobsInOnePut],
  ['rule 7', 'a dozen parallel GETs', parallelReads],
  [
    'rule 8',
    'layer sizes are checked at the push',
    async () => await pushVariant('layer size in the manifest is wrong', 400, 'MANIFEST_INVALID'),
  ],
  [
    'rule 8',
    'so is the config type',
    async () => await pushVariant('config of another type (OCI empty)', 422, 'MANIFEST_INVALID'),
  ],
  [
    'rule 8',
    'so is the one main layer: two',
    async () => await pushVariant('main layer twice', 422, 'MANIFEST_INVALID'),
  ],
  [
    'rule 8',
    'so is the one main layer: none',
    async () => await pushVariant('no main layer', 422, 'MANIFEST_INVALID'),
  ],
  ['rule 8', 'no index under a Bicep tag', indexIsRefused],
  ['client 1', 'manifest and blob are never chunked; HEAD of a manifest has the digest', nothingIsChunked],
  ['client 2', 'manifest and blob are never compressed', nothingIsCompressed],
  ['client 3', 'the digest of a manifest is there and right', manifestsAreServedWhole],
  ['client 4', 'a manifest has its own Content-Type, without parameters', manifestTypeIsStored],
  ['client 5', 'a blob has type and digest', blobsHaveTypeAndDigest],
  ['client 6', 'PUT of a manifest answers 201 and nothing else', manifestsAreAccepted],
  ['client 7', 'POST of an upload answers 202 with Location, no redirect', uploadsStartWithLocation],
  ['client 8', 'PUT of an upload answers 201 and nothing else', uploadsEndWithDigest],
  ['client 9', 'a Location also works with %2F in its path and with a query', locationsAreTolerant],
  [
    'client 10',
    'manifest without annotations',
    async () => await pushVariant('no annotations anywhere', 201),
  ],
  [
    'client 10',
    'manifest without mediaType and artifactType',
    async () => await pushVariant('no annotations, no mediaType, no artifactType', 201),
  ],
  ['client 10', 'zero-byte config', async () => await pushVariant('zero-byte config', 201)],
  ['client 10', 'config with content', async () => await pushVariant('config with content', 201)],
  ['client 10', 'upper-case layer type', async () => await pushVariant('media types in upper case', 201)],
  ['client 10', 'unknown extra layer', async () => await pushVariant('an unknown extra layer', 201)],
  ['client 10', 'media type of Docker', async () => await pushVariant('Docker manifest media type', 201)],
  [
    'client 10',
    'twelve layers',
    async () => await pushVariant('twelve layers, each blob delayed by 400 ms', 201),
  ],
  ['client 10', '5 MiB: more than the Azure SDK reads, so refused', largeManifestIsRefused],
  ['client 11', 'foreign artifactType', foreignArtifactIsRefused],
  [
    'client 11',
    'sha512 layer, which Bicep cannot name',
    async () => await pushVariant('layer with a sha512 digest', 422, 'MANIFEST_INVALID'),
  ],
  ['client 12', 'an index never stands under a Bicep tag', indexIsRefused],
];

/** Where Ashlar answers otherwise than the recorded registry, on purpose. */
const deviations: readonly {
  step: string;
  mode: Mode;
  kind: Kind;
  method: string;
  status: number;
  why: string;
}[] = [
  {
    step: 'manifest by digest (no tag)',
    mode: 'module',
    kind: 'manifest',
    method: 'PUT',
    status: 422,
    why: 'in a module repository a manifest is a version or an attachment',
  },
  {
    step: 'delete manifest and blob',
    mode: 'module',
    kind: 'blob',
    method: 'DELETE',
    status: 404,
    why: 'the blobs of a version went with its manifest',
  },
];

const recordings = readRecordings();
const bodies = indexBodies(recordings);
const everything: { mode: Mode; step: string; played: Played[] }[] = [];
let server: TestServer;
let issuer: LocalIssuer;
let http: Send;
let https: Send;
let replay: ReplayServer;

beforeAll(async () => {
  issuer = await startIssuer();
  const [port, tlsPort] = [await freePort(), await freePort()];
  const entra = { tenants: issuer.tenants, rules: [{ tenant, object: people.alice, scopes: ['manage:*'] }] };
  server = await startTestServer({
    settings: {
      listen: `127.0.0.1:${port}`,
      listenTls: `127.0.0.1:${tlsPort}`,
      externalUrl: 'http://localhost:5000',
      externalUrlTls: 'https://registry.example',
    },
    env: { ASHLAR_ENTRA: JSON.stringify(entra) },
  });
  http = rawClient(server.http, port);
  https = rawClient(server.https, tlsPort, server.ca);
  const api: TestServer['api'] = async (method, path, body, token = server.admin) => {
    const answer = await http({
      method,
      target: `/api/v1${path}`,
      headers: [bearer(token), ['Content-Type', 'application/json']],
      body: Buffer.from(JSON.stringify(body)),
    });
    return { status: answer.status, body: JSON.parse(answer.body.toString()) };
  };
  const token: TestServer['token'] = async (...scopes) =>
    (await api('POST', '/tokens', { name: 'replay', scopes })).body.token;
  server = { ...server, api, token };
  await api('POST', '/namespaces', { name: 'corp', visibility: 'public' });
  replay = { server, http, https, entraToken: () => issuer.token(people.alice) };
});
afterAll(async () => {
  await server.stop();
  await issuer.close();
});

describe.each<Mode>(['module', 'plain'])('recorded client, %s repositories', (mode) => {
  const steps = recordings.flatMap((recording) =>
    recording.steps.flatMap((step, index) =>
      step.exchanges.length === 0 ? [] : [{ recording, step, index }],
    ),
  );

  it.each(steps.map((each) => [each.recording.scenario, each.step.step, each] as const))(
    '%s: %s',
    async (_, title, { recording, index }) => {
      const played = await playStep(replay, recording, index, mode, bodies);

      everything.push({ mode, step: title, played });
      expect(played.map((each) => seen(each, each.response.status))).toEqual(
        played.map((each) => {
          const deviation = deviations.find(
            ({ step, kind, method, ...other }) =>
              step === title &&
              other.mode === mode &&
              kind === each.kind &&
              method === each.exchange.request.method,
          );
          return seen(each, each.expected < 300 ? (deviation?.status ?? each.expected) : each.expected);
        }),
      );
      // The expectation itself is checked against the real registry, wherever one answered.
      const genuine = played.filter(({ exchange }) => isGenuine(exchange));
      expect(genuine.map((each) => seen(each, each.expected))).toEqual(
        genuine.map((each) => seen(each, each.exchange.response!.status)),
      );
    },
  );
});

it('plays all of the recording that would reach Ashlar', () => {
  const recorded = recordings.flatMap(({ steps }) => steps.flatMap(({ exchanges }) => exchanges));
  const elsewhere = recorded.filter(({ request }) => kindOf(request.target) === undefined);
  const played = everything.flatMap((each) => each.played);

  expect([recorded.length, elsewhere.length, recorded.filter(isGenuine).length]).toEqual([664, 5, 291]);
  // Five requests repeat what failed there and works here, two of them answered by the real registry.
  expect(played).toHaveLength(2 * (664 - 5 - 5));
  expect(played.filter(({ exchange }) => isGenuine(exchange))).toHaveLength(2 * (291 - 2));
});

function seen({ exchange, target }: Played, status: number): string {
  return `${exchange.request.method} ${target.slice(0, 120)} → ${status}`;
}

describe('demand', () => {
  it.each(demands)('%s: %s', async (_id, _says, check) => {
    await expect((async () => await check())()).resolves.toBeUndefined();
  });
});

/** Every answer to requests of a kind, in both modes; there are always some. */
function answers(kind: Kind, method: string, status: number): Played[] {
  const found = everything
    .flatMap(({ played }) => played)
    .filter(
      (each) =>
        each.kind === kind && each.exchange.request.method === method && each.response.status === status,
    );
  expect(found.length).toBeGreaterThan(0);
  return found;
}

let names = 0;
/** A module repository that nobody used. */
const freshName = () => `bicep/corp/fresh/m${++names}`;
const octets: [string, string] = ['Content-Type', 'application/octet-stream'];
const imageManifest = 'application/vnd.oci.image.manifest.v1+json';
const template = [...bodies.values()].find((bytes) => sha256(bytes).startsWith('sha256:85c19069'))!;
const config = Buffer.from('{}');

async function asAdmin(
  method: string,
  target: string,
  body?: Uint8Array,
  headers: [string, string][] = [octets],
): Promise<RawResponse> {
  return await http({
    method,
    target,
    headers: [basic('me', server.admin), ...headers],
    ...(body ? { body } : {}),
  });
}

async function pushBlob(name: string, bytes: Buffer): Promise<void> {
  expect((await asAdmin('POST', `/v2/${name}/blobs/uploads/?digest=${sha256(bytes)}`, bytes)).status).toBe(
    201,
  );
}

async function pushManifest(
  name: string,
  tag: string,
  bytes: Buffer,
  type = imageManifest,
): Promise<RawResponse> {
  return await asAdmin('PUT', `/v2/${name}/manifests/${tag}`, bytes, [['Content-Type', type]]);
}

async function startUpload(name: string): Promise<string> {
  const { headers } = await asAdmin('POST', `/v2/${name}/blobs/uploads/`);
  return headers.location!;
}

function moduleManifest(): Buffer {
  const text = bytesOf(recordings[0]!.steps[0]!.exchanges[5]!.request.body);
  return text;
}

async function publishModule(name: string, tag = '1.0.0'): Promise<string> {
  await pushBlob(name, config);
  await pushBlob(name, template);
  const answer = await pushManifest(name, tag, moduleManifest());
  expect(answer.status).toBe(201);
  return sha256(moduleManifest());
}

function firstError(response: RawResponse): { code: string; message: string } {
  return JSON.parse(response.body.toString()).errors[0];
}

async function escapesAreDecodedOnce() {
  const name = freshName();
  const digest = await publishModule(name);
  const get = async (target: string) => (await http({ method: 'GET', target })).status;
  const hex = digest.slice('sha256:'.length);

  for (const slash of ['/', '%2F', '%2f']) {
    for (const colon of [':', '%3A', '%3a']) {
      expect(await get(`/v2/${name.replaceAll('/', slash)}/manifests/sha256${colon}${hex}`)).toBe(200);
      expect(await get(`/acr/v1/${name.replaceAll('/', slash)}/_manifests/sha256${colon}${hex}`)).toBe(200);
    }
  }
  expect(await get(`/v2/${name.replaceAll('/', '%252F')}/manifests/1.0.0`)).toBe(400);
  expect(await get(`/v2/${name}/manifests/sha256%253A${hex}`)).toBe(404);
  expect(await get(`/acr/v1/${name.replaceAll('/', '%252F')}/_manifests`)).toBe(400);
  // Every recorded target has its place.
  for (const { steps } of recordings) {
    for (const { request } of steps.flatMap((step) => step.exchanges)) {
      expect([
        request.target,
        kindOf(request.target) ?? /^\/(?:bucket|upload)\//.test(request.target),
      ]).not.toEqual([request.target, false]);
    }
  }
}

function manifestsKeepTheirBytes() {
  const withEscapes = answers('manifest', 'GET', 200).filter(({ response }) =>
    response.body.includes('\\u002B'),
  );
  expect(withEscapes.length).toBeGreaterThan(10);
  for (const { response, digest, exchange } of answers('manifest', 'GET', 200)) {
    if (isGenuine(exchange) && digest) expect(sha256(response.body)).toBe(digest);
  }
}

function uploadsStartWithLocation() {
  for (const { response } of answers('upload-start', 'POST', 202)) {
    expect(response.headers.location).toMatch(/^\/v2\/[^?#]+\/blobs\/uploads\/[^/?#]+$/);
  }
  for (const { response } of answers('upload', 'PATCH', 202))
    expect(response.headers.location).toMatch(/^\/v2\//);
}

function uploadsEndWithDigest() {
  for (const { response, target } of answers('upload', 'PUT', 201)) {
    const digest = new URLSearchParams(target.split('?')[1]).getAll('digest').at(-1);
    expect(response.headers['docker-content-digest']).toBe(digest);
  }
}

function manifestsAreAccepted() {
  for (const { response, sent } of answers('manifest', 'PUT', 201)) {
    expect(response.headers['docker-content-digest']).toBe(sha256(sent));
    expect(response.headers.location).toMatch(/^\/v2\//);
  }
}

function manifestsAreServedWhole() {
  for (const { response } of answers('manifest', 'GET', 200)) {
    expect(response.headers).toMatchObject({
      'content-length': String(response.body.length),
      'docker-content-digest': sha256(response.body),
      'content-type': expect.stringMatching(/^application\/vnd\.[\w.+-]+$/),
    });
    expect(response.headers).not.toHaveProperty('content-encoding');
  }
}

async function digestParameterIsTolerant() {
  const name = freshName();
  const escaped = (colon: string) => `digest=sha256${colon}${sha256(config).slice('sha256:'.length)}`;
  const tails = [`?&${escaped('%3a')}`, `?${escaped('%3a')}`, `?${escaped('%3A')}`, `?${escaped(':')}`];
  const after = ['?x=1&', '?sig=a%2Bb%2Fc%3D%3D&t=x+y&empty=&f&', `?digest=sha256:0000&x=1&`].map(
    (query) => `${query}${escaped('%3a')}`,
  );

  for (const tail of [...tails, ...after]) {
    const answer = await asAdmin('PUT', `${await startUpload(name)}${tail}`, config);
    expect([tail, answer.status]).toEqual([tail, 201]);
  }
}

async function bareRequestsWork() {
  const name = freshName();
  await publishModule(name);
  expect((await http({ method: 'GET', target: `/v2/${name}/manifests/1.0.0` })).status).toBe(200);
  const query = `service=registry.example&scope=repository%3A${encodeURIComponent(name)}%3Apull`;
  expect((await https({ method: 'GET', target: `/token?${query}` })).status).toBe(200);
  for (const { exchange } of answers('token', 'GET', 200)) {
    expect(exchange.request.headers.map(([key]) => key)).not.toContain('User-Agent');
  }
}

const mebibytes = (count: number) => Buffer.alloc(count * 1024 * 1024, 'ashlar');
const rangeOf = (start: number, bytes: Buffer): [string, string] => [
  'Content-Range',
  `${start}-${start + bytes.length - 1}`,
];

async function chunksWithAndWithoutRange() {
  const name = freshName();
  for (const ranged of [true, false]) {
    const whole = mebibytes(9);
    let location = await startUpload(name);
    for (let start = 0; start < whole.length; start += 4 * 1024 * 1024) {
      const chunk = whole.subarray(start, start + 4 * 1024 * 1024);
      const answer = await asAdmin(
        'PATCH',
        location,
        chunk,
        ranged ? [octets, rangeOf(start, chunk)] : [octets],
      );
      expect(answer.status).toBe(202);
      location = answer.headers.location!;
    }
    expect((await asAdmin('PUT', `${location}?digest=${sha256(whole)}`)).status).toBe(201);
  }
}

async function uploadsSurviveRefusal() {
  const name = freshName();
  const location = await startUpload(name);
  const stranger = { method: 'PUT', headers: [basic('alice', 'wrong'), octets], body: config } as const;
  // A Location speaks for itself, so that a token that expired on the way does no harm…
  expect((await http({ ...stranger, target: `${location}?&digest=${sha256(config)}` })).status).toBe(201);
  // …and where one is refused, the upload is still there for the right one.
  const second = await startUpload(name);
  const forged = second.replace(/.{4}$/, 'AAAA');
  expect((await http({ ...stranger, target: `${forged}?&digest=${sha256(config)}` })).status).toBe(401);
  expect((await asAdmin('PUT', `${second}?&digest=${sha256(config)}`, config)).status).toBe(201);
}

async function uploadsSurviveRepetition() {
  const name = freshName();
  const whole = mebibytes(3);
  const [first, rest] = [whole.subarray(0, 1_500_000), whole.subarray(1_500_000)];
  const begun = await startUpload(name);
  const patch = async (at: string, chunk: Buffer) => await asAdmin('PATCH', at, chunk, [octets]);
  // The answer to the first one is taken for lost: the client sends the same again, to the same Location.
  await patch(begun, first);
  const again = await patch(begun, first);
  expect([again.status, again.headers.range]).toEqual([202, `0-${first.length - 1}`]);
  // More than arrived the first time, as after a broken connection.
  const more = await patch(begun, whole.subarray(0, 2_000_000));
  expect([more.status, more.headers.range]).toEqual([202, '0-1999999']);
  // With a Content-Range the specification demands 416 for what was taken; the answer says where to go on.
  const ranged = await asAdmin('PATCH', begun, first, [octets, rangeOf(0, first)]);
  expect([ranged.status, ranged.headers.range]).toEqual([416, '0-1999999']);
  const next = await patch(ranged.headers.location!, whole.subarray(2_000_000));
  const end = `${next.headers.location!}?digest=${encodeURIComponent(sha256(whole))}`;
  expect((await asAdmin('PUT', end)).status).toBe(201);
  expect((await asAdmin('PUT', end)).status).toBe(201);
  expect((await asAdmin('GET', `/v2/${name}/blobs/${sha256(whole)}`)).body).toEqual(whole);
  // A chunk that does not continue the upload is still refused.
  const location = await startUpload(name);
  expect((await asAdmin('PATCH', location, rest, [octets, rangeOf(first.length, rest)])).status).toBe(416);
  // A manifest, too, may come twice.
  const module = freshName();
  await publishModule(module);
  expect((await pushManifest(module, '1.0.0', moduleManifest())).status).toBe(201);
}

function refusals(scheme: 'http' | 'https'): Played[] {
  const host = scheme === 'https' ? 'registry.example' : 'localhost:5000';
  const found = everything
    .flatMap(({ played }) => played)
    .filter(
      ({ response, kind, exchange }) =>
        response.status === 401 && kind !== 'token' && headerOf(exchange.request.headers, 'host') === host,
    );
  expect(found.length).toBeGreaterThan(10);
  return found;
}

function realmIsOurs() {
  for (const { response } of refusals('https')) {
    expect(response.headers['www-authenticate']).toMatch(
      /^Bearer realm="https:\/\/registry\.example\/token",/,
    );
  }
  for (const { response } of refusals('http'))
    expect(response.headers['www-authenticate']).toBe('Basic realm="ashlar"');
}

async function challengesAreExact() {
  for (const { response, scope } of refusals('https')) {
    const challenges = response.rawHeaders.filter(
      (_, index) => response.rawHeaders[index - 1]?.toLowerCase() === 'www-authenticate',
    );
    expect(challenges).toHaveLength(1);
    expect(challenges[0]).toContain(`,service="registry.example",scope="${scope}"`);
  }
  // A token that ran out must not lead to one for something else.
  for (const path of ['/acr/v1/bicep%2Fcorp%2Fm/_manifests', '/v2/bicep%2Fcorp%2Fm/manifests/1.0.0']) {
    const { headers } = await https({ method: 'GET', target: path, headers: [bearer('a.b.c')] });
    expect(headers['www-authenticate']).toContain('scope="repository:bicep/corp/m:pull"');
  }
}

async function anonymousTokens() {
  const [open, closed] = ['bicep/corp/open/m', 'bicep/closed/m'];
  await publishModule(open);
  await publishModule(closed);
  const ask = async (name: string) => {
    const form = new URLSearchParams({
      service: 'registry.example',
      scope: `repository:${name}:pull`,
      refresh_token: '',
      grant_type: 'password',
    });
    return await https(formRequest('/oauth2/token?api-version=2021-07-01', form));
  };
  const answer = await ask(open);
  const token = JSON.parse(answer.body.toString()).access_token as string;
  const get = async (name: string) =>
    (await https({ method: 'GET', target: `/v2/${name}/manifests/1.0.0`, headers: [bearer(token)] })).status;

  expect([answer.status, await get(open), await get(closed)]).toEqual([200, 200, 401]);
  expect((await ask(closed)).status).toBe(401);
}

function formRequest(target: string, form: URLSearchParams): RawRequest {
  return {
    method: 'POST',
    target,
    headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    body: Buffer.from(form.toString()),
  };
}

function refreshTokensAreJwts() {
  for (const { response } of answers('exchange', 'POST', 200)) {
    const { refresh_token: token } = JSON.parse(response.body.toString()) as { refresh_token: string };
    expect(token.split('.')).toHaveLength(3);
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { exp: number };
    expect(exp).toBeGreaterThan(Date.now() / 1000 + 600);
  }
}

function azureShapes() {
  for (const { response } of answers('token', 'POST', 200)) {
    expect(JSON.parse(response.body.toString())).toEqual({ access_token: expect.any(String) });
  }
  for (const { response } of answers('catalog', 'GET', 200)) {
    expect(JSON.parse(response.body.toString())).toEqual({ repositories: expect.any(Array) });
  }
  const listings = answers('listing', 'GET', 200).filter(({ target }) =>
    target.includes('_manifests?api-version'),
  );
  const module = everything.find(
    ({ mode, step }) => mode === 'module' && step === 'manifests of a repository, default page',
  )!.played;
  const listing = JSON.parse(module.at(-1)!.response.body.toString()) as {
    manifests: { tags: string[]; createdTime: string }[];
  };
  expect(listings.length).toBeGreaterThan(0);
  // Bicep shows the reverse: the highest version comes last.
  expect(listing).toMatchObject({
    registry: 'registry.example',
    imageName: expect.stringMatching(/^bicep\/corp\w+\/modules\/storage$/),
    manifests: ['1.0.0', '1.1.0', '1.2.0'].map((tag) => ({
      tags: [tag],
      digest: expect.stringMatching(/^sha256:/),
      createdTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/),
      mediaType: imageManifest,
      changeableAttributes: { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true },
    })),
  });
}

function errorsAreSentences() {
  const failed = everything.flatMap(({ played }) => played).filter(({ response }) => response.status >= 400);
  expect(failed.length).toBeGreaterThan(50);
  for (const { response, exchange } of failed) {
    if (exchange.request.method === 'HEAD') continue;
    const { errors } = JSON.parse(response.body.toString()) as { errors: object[] };
    expect(errors).toEqual([
      { code: expect.stringMatching(/^[A-Z_]+$/), message: expect.stringMatching(/^\S.{10,300}\.$/s) },
    ]);
    expect(response.headers['content-type']).toBe('application/json');
  }
}

async function publishingIsNeverLimited() {
  const name = freshName();
  await pushBlob(name, config);
  await pushBlob(name, template);
  const statuses = await Promise.all(
    Array.from(
      { length: 60 },
      async (_, patch) => (await pushManifest(name, `1.0.${patch}`, moduleManifest())).status,
    ),
  );
  expect(new Set(statuses)).toEqual(new Set([201]));
}

async function largeBlobsInOnePut() {
  const played = answers('upload', 'PUT', 201).filter(({ sent }) => sent.length === 9_437_184);
  expect(played).toHaveLength(2);
  const whole = mebibytes(20);
  const name = freshName();
  expect((await asAdmin('PUT', `${await startUpload(name)}?&digest=${sha256(whole)}`, whole)).status).toBe(
    201,
  );
}

async function parallelReads() {
  const name = freshName();
  await publishModule(name);
  const target = `/v2/${name}/blobs/${sha256(template)}`;
  const statuses = await Promise.all(
    Array.from({ length: 24 }, async () => (await http({ method: 'GET', target })).status),
  );
  expect(statuses).toEqual(Array.from({ length: 24 }, () => 200));
}

function variant(step: string): { manifest: Buffer; type: string } {
  const recording = recordings.find(({ scenario }) => scenario === '15-manifest-variants')!;
  const answer = recording.steps.find((each) => each.step === step)!.exchanges[0]!.response!;
  return { manifest: bytesOf(answer.body), type: headerOf(answer.headers, 'content-type')! };
}

/** Pushes a manifest that the recording served; what is taken is restored with all of its layers. */
async function pushVariant(step: string, status: number, code?: string) {
  const name = freshName();
  const { manifest, type } = variant(step);
  const { config: own, layers } = JSON.parse(manifest.toString()) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  for (const { digest } of [own, ...layers]) {
    const bytes = bodies.get(digest);
    if (bytes) await pushBlob(name, bytes);
  }

  const pushed = await pushManifest(name, '1.0.0', manifest, type);

  expect([pushed.status, status < 300 ? undefined : firstError(pushed).code]).toEqual([status, code]);
  const restored = await http({ method: 'GET', target: `/v2/${name}/manifests/1.0.0` });
  expect(restored.status).toBe(status < 300 ? 200 : 404);
  if (status >= 300) return;
  expect([restored.body, restored.headers['content-type']]).toEqual([manifest, type]);
  for (const { digest } of [own, ...layers]) {
    expect(sha256((await http({ method: 'GET', target: `/v2/${name}/blobs/${digest}` })).body)).toBe(digest);
  }
}

async function largeManifestIsRefused() {
  const answer = await pushManifest(freshName(), '1.0.0', Buffer.alloc(5 * 1024 * 1024, ' '));
  expect([answer.status, firstError(answer)]).toEqual([
    413,
    { code: 'SIZE_INVALID', message: 'The manifest is larger than 4194304 bytes.' },
  ]);
}

async function foreignArtifactIsRefused() {
  const name = freshName();
  await publishModule(name, '0.1.0');
  const foreign = moduleManifest().toString().replace('vnd.ms.bicep.module.artifact', 'vnd.example.thing');
  const answer = await pushManifest(name, '1.0.0', Buffer.from(foreign));
  expect([answer.status, firstError(answer).message]).toEqual([
    422,
    'This is not a Bicep module that clients could restore: its artifactType is application/vnd.example.thing, not ' +
      'application/vnd.ms.bicep.module.artifact. Publish it with "bicep publish" or "ashlar publish".',
  ]);
}

async function indexIsRefused() {
  const type = 'application/vnd.oci.image.index.v1+json';
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [] }));
  const answer = await pushManifest(freshName(), '1.0.0', index, type);
  expect([answer.status, firstError(answer).message]).toEqual([
    422,
    'This is not a Bicep module that clients could restore: it is an image index, and Bicep reads image manifests ' +
      'only. Publish it with "bicep publish" or "ashlar publish".',
  ]);
}

async function nothingIsChunked() {
  for (const kind of ['manifest', 'blob'] as const) {
    for (const { response } of answers(kind, 'GET', 200)) {
      expect(response.headers['content-length']).toBe(String(response.body.length));
      expect(response.headers).not.toHaveProperty('transfer-encoding');
    }
  }
  const name = freshName();
  const digest = await publishModule(name);
  const head = await http({ method: 'HEAD', target: `/v2/${name}/manifests/1.0.0` });
  expect(head).toMatchObject({
    status: 200,
    headers: { 'docker-content-digest': digest, 'content-length': String(moduleManifest().length) },
  });
}

async function nothingIsCompressed() {
  const name = freshName();
  await publishModule(name);
  for (const target of [`/v2/${name}/manifests/1.0.0`, `/v2/${name}/blobs/${sha256(template)}`]) {
    const { headers } = await http({
      method: 'GET',
      target,
      headers: [['Accept-Encoding', 'gzip, deflate, br, zstd']],
    });
    expect(headers).not.toHaveProperty('content-encoding');
  }
}

async function manifestTypeIsStored() {
  const name = freshName();
  await publishModule(name);
  const { headers } = await http({ method: 'GET', target: `/v2/${name}/manifests/1.0.0` });
  expect(headers['content-type']).toBe(imageManifest);
}

function blobsHaveTypeAndDigest() {
  for (const { response } of answers('blob', 'GET', 200)) {
    expect(response.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'docker-content-digest': sha256(response.body),
    });
  }
}

async function locationsAreTolerant() {
  const name = freshName();
  const digest = `digest=${encodeURIComponent(sha256(config))}`;
  const escaped = (await startUpload(name)).replaceAll(name, encodeURIComponent(name));
  expect((await asAdmin('PUT', `${escaped}?s=1&${digest}`, config)).status).toBe(201);
  const [patched] = [await asAdmin('PATCH', `${await startUpload(name)}?_state=a%2Bb%2Fc%3D%3D&x=1`, config)];
  expect(patched.status).toBe(202);
  expect((await asAdmin('PUT', `${patched.headers.location!}?_state=a%2Bb&${digest}`)).status).toBe(201);
}
