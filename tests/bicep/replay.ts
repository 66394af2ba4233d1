import type { TestServer } from '../support/server.ts';
import { basic, bearer, type RawResponse, type Send } from './raw-http.ts';
import {
  bytesOf,
  type Exchange,
  headerOf,
  isGenuine,
  type Recording,
  sha256,
  type Step,
} from './recording.ts';

/** How the recorded repositories are named here: as Bicep modules, or as plain repositories with their own names. */
export type Mode = 'module' | 'plain';

export interface ReplayServer {
  readonly server: TestServer;
  readonly http: Send;
  readonly https: Send;
  /** A token of Entra ID that may do everything. */
  readonly entraToken: () => string;
}

/** One request as it was sent to Ashlar, with what a correct server answers. */
export interface Played {
  readonly exchange: Exchange;
  readonly target: string;
  readonly kind: Kind;
  readonly expected: number;
  readonly response: RawResponse;
  readonly sent: Buffer;
  /** The digest that the content must have, when the recording tells. */
  readonly digest: string | undefined;
  /** What a challenge must ask for. */
  readonly scope: string;
}

export type Kind =
  | 'manifest'
  | 'blob'
  | 'upload-start'
  | 'upload'
  | 'token'
  | 'exchange'
  | 'catalog'
  | 'listing';
/** `weak`: known, but with a token for something else. */
type Standing = 'none' | 'bad' | 'anonymous' | 'weak' | 'good';

interface Token {
  readonly text: string;
  readonly standing: Standing;
  /** What it was asked for; undefined for tokens that are good for everything. */
  readonly scope: string | undefined;
}

/** Everything that one step changes on its way. */
interface Stage {
  readonly replay: ReplayServer;
  readonly send: Send;
  readonly bodies: ReadonlyMap<string, Buffer>;
  readonly number: string;
  readonly namespace: string;
  readonly mode: Mode;
  readonly isPublic: boolean;
  readonly isTls: boolean;
  readonly password: string;
  /** Recorded tokens and what stands for them. */
  readonly tokens: Map<string, Token>;
  /** Recorded digests whose content is other bytes here. */
  readonly digests: Map<string, string>;
  /** `<repository> <digest>` of the blobs that the server holds, and `<repository> <tag or digest>` of the manifests. */
  readonly held: { readonly blobs: Set<string>; readonly manifests: Set<string> };
  /** What went into the upload under way, by recorded target: a repeated request counts once. */
  readonly uploaded: Map<string, Buffer>;
  location: string;
}

const modules = 'corp/modules/';
const recordedPassword = 'alice:wonderland';
const imageManifest = 'application/vnd.oci.image.manifest.v1+json';

/** Bodies of all recordings by digest, to put into a repository what a step takes for granted. */
export function indexBodies(recordings: readonly Recording[]): Map<string, Buffer> {
  const bodies = new Map<string, Buffer>([[sha256(Buffer.alloc(0)), Buffer.alloc(0)]]);
  for (const { steps } of recordings) {
    for (const { request, response } of steps.flatMap((step) => step.exchanges)) {
      for (const body of [request.body, response?.body]) {
        if (body?.sha256 !== undefined) bodies.set(body.sha256, bytesOf(body));
      }
    }
  }
  return bodies;
}

/**
 * Plays the recorded client of one step, request by request, in a namespace of its own. Our Locations stand in place
 * of the recorded ones with the digest appended the way that the client does, our tokens in place of the recorded.
 */
export async function playStep(
  replay: ReplayServer,
  recording: Recording,
  index: number,
  mode: Mode,
  bodies: ReadonlyMap<string, Buffer>,
): Promise<Played[]> {
  const step = recording.steps[index]!;
  const stage = await setStage(replay, recording, index, mode, bodies);
  const played: Played[] = [];
  for (const exchange of step.exchanges) {
    const kind = kindOf(exchange.request.target);
    // Storage elsewhere, where a redirect of the script led.
    if (kind === undefined || isNeedless(exchange, played.at(-1))) continue;
    await seed(stage, exchange);
    played.push(await playExchange(stage, exchange, kind));
  }
  return played;
}

async function setStage(
  replay: ReplayServer,
  recording: Recording,
  index: number,
  mode: Mode,
  bodies: ReadonlyMap<string, Buffer>,
): Promise<Stage> {
  const step = recording.steps[index]!;
  const number = recording.scenario.slice(0, 2);
  const namespace = `corp${number}${String(index).padStart(2, '0')}${mode[0]}`;
  const isTls = step.exchanges.some(
    ({ request }) => headerOf(request.headers, 'host') === 'registry.example',
  );
  const isPublic = isReadByAnyone(number, step);
  const visibility = isPublic ? 'public' : 'private';
  await replay.server.api('POST', '/namespaces', { name: namespace, visibility });
  const password = await replay.server.token(`manage:${namespace}`);
  const stage: Stage = {
    replay,
    send: isTls ? replay.https : replay.http,
    bodies,
    number,
    namespace,
    mode,
    isPublic,
    isTls,
    password,
    tokens: new Map(),
    digests: new Map(),
    held: { blobs: new Set(), manifests: new Set() },
    uploaded: new Map(),
    location: '',
  };
  // What docker keeps as identitytoken is an Ashlar token here.
  if (/identitytoken accepted/.test(step.step)) {
    stage.tokens.set('refresh-1', { text: password, standing: 'good', scope: undefined });
  }
  if (number === '23') await seedListing(stage);
  return stage;
}

/** A recorded client that came without password and got something read a public namespace. */
function isReadByAnyone(number: string, { exchanges }: Step): boolean {
  if (number === '08' || number === '14') return false;
  if (number < '08' || (number > '09' && number < '20')) return true;
  return exchanges.some(
    (exchange) =>
      isGenuine(exchange) && headerOf(exchange.request.headers, 'authorization')?.includes('anonymous'),
  );
}

/** A client does not repeat what we answered well, though the recorded server did not. */
function isNeedless({ request }: Exchange, previous: Played | undefined): boolean {
  if (previous === undefined || previous.response.status >= 300) return false;
  const before = previous.exchange;
  if (before.request.target !== request.target || before.request.method !== request.method) return false;
  return (before.response?.status ?? 0) >= 429;
}

async function playExchange(stage: Stage, exchange: Exchange, kind: Kind): Promise<Played> {
  const { method, headers: recorded } = exchange.request;
  const body = bodyOf(stage, exchange, kind);
  const target =
    kind === 'upload' ? uploadTarget(stage, exchange, body) : rename(stage, exchange.request.target);
  const { standing, field } = credentialsOf(stage, exchange, kind);
  const kept = recorded.filter(([name]) => !/^(?:authorization|content-length|host|connection)$/i.test(name));
  const host: [string, string] = ['Host', headerOf(recorded, 'host')!];
  const headers = [host, ...kept, ...(field ? [field] : [])];
  const expected = correctStatus(stage, { kind, method, target, standing, form: body.toString() });
  const response = await stage.send({ method, target, headers, body });
  rememberContent(stage, target, body, response);
  rememberTokens(stage, exchange, target, response);
  const digest = exchange.response?.body.sha256;
  const scope = scopeOf(kind, method, pathOf(target));
  const ours = digest && mapped(digest, stage.digests);
  return { exchange, target, kind, expected, response, sent: body, digest: ours, scope };
}

function bodyOf(stage: Stage, { request }: Exchange, kind: Kind): Buffer {
  const recorded = bytesOf(request.body);
  if (kind === 'token' || kind === 'exchange') return Buffer.from(formOf(stage, recorded.toString()));
  return ownBytes(stage, request.body.sha256, recorded);
}

/** The recorded content with our digests in it. */
function ownBytes({ digests }: Stage, digest: string | undefined, recorded: Buffer): Buffer {
  const isLarge = recorded.length > 64 * 1024;
  const bytes = isLarge
    ? recorded
    : Buffer.from(replaceDigests(recorded.toString('latin1'), digests), 'latin1');
  if (digest !== undefined && sha256(bytes) !== digest) digests.set(digest, sha256(bytes));
  return bytes;
}

function formOf({ replay, tokens, ...stage }: Stage, text: string): string {
  const form = new URLSearchParams(text);
  const [token, refresh, scope] = [form.get('access_token'), form.get('refresh_token'), form.get('scope')];
  if (token !== null) form.set('access_token', replay.entraToken());
  if (refresh !== null) form.set('refresh_token', tokens.get(refresh)?.text ?? refresh);
  if (scope !== null) form.set('scope', rename(stage, scope));
  return form.toString();
}

/** Our Location with what the client appended to the recorded one. */
function uploadTarget(stage: Stage, { request }: Exchange, body: Buffer): string {
  const { uploaded, digests, location, number } = stage;
  const query = request.target.split('?')[1];
  uploaded.set(request.target, body);
  const announced = new URLSearchParams(query).getAll('digest').at(-1);
  if (announced !== undefined) digests.set(announced, sha256(Buffer.concat([...uploaded.values()])));
  if (query === undefined) return location;
  // Opaque state belonged to the recorded Location; anything else is what a client passes on.
  if (!/^_state=(?:S\d|[\w-]{60})/.test(query)) return `${location}?${rename(stage, query)}`;
  const own = /(?:^|&)(digest=[^&]*)$/.exec(query)?.[1];
  // The libraries begin a query in their own ways.
  return own === undefined ? location : `${location}?${number < '20' ? '&' : ''}${rename(stage, own)}`;
}

function credentialsOf(
  { tokens, password, number, isTls }: Stage,
  { request: { method, headers } }: Exchange,
  kind: Kind,
): { standing: Standing; field?: [string, string] } {
  const field = headerOf(headers, 'authorization');
  const isRead = method === 'GET' || method === 'HEAD' || kind === 'token' || kind === 'exchange';
  if (field === undefined) {
    // The recorded http registries took everything from everybody; Ashlar wants to know who publishes.
    const isOpen = !isTls && number !== '08' && number !== '14';
    return isOpen && !isRead ? { standing: 'good', field: basic('alice', password) } : { standing: 'none' };
  }
  const [scheme, value = ''] = field.split(' ');
  if (scheme === 'Basic') {
    const isGood = Buffer.from(value, 'base64').toString() === recordedPassword;
    return { standing: isGood ? 'good' : 'bad', field: basic('alice', isGood ? password : 'wrong') };
  }
  const token = tokens.get(value);
  if (token === undefined) return { standing: 'bad', field: bearer(value) };
  const action = isRead ? '' : method === 'DELETE' ? 'delete' : 'push';
  const isWeak = token.standing === 'good' && token.scope?.includes(action) === false;
  return { standing: isWeak ? 'weak' : token.standing, field: bearer(token.text) };
}

interface Question {
  readonly kind: Kind;
  readonly method: string;
  readonly target: string;
  readonly standing: Standing;
  readonly form: string;
}

/** What a correct server answers, by what it holds and who asks. */
function correctStatus(stage: Stage, { kind, method, target, standing, form }: Question): number {
  const mayRead = standing === 'good' || standing === 'weak' || (stage.isPublic && standing !== 'bad');
  switch (kind) {
    case 'exchange':
      return 200;
    case 'token':
      if (!form.includes('grant_type=password')) return standing === 'bad' ? 401 : 200;
      return stage.isPublic || form.includes('registry%3Acatalog') ? 200 : 401;
    case 'catalog':
      return standing === 'good' || standing === 'anonymous' ? 200 : 401;
    case 'listing':
      if (method === 'DELETE') return standing === 'good' ? 202 : 401;
      return mayRead ? 200 : 401;
    case 'upload-start':
      return standing === 'good' ? 202 : 401;
    case 'upload':
      return method === 'PATCH' ? 202 : 201;
    case 'manifest':
    case 'blob': {
      const isRead = method === 'GET' || method === 'HEAD';
      if (isRead ? !mayRead : standing !== 'good') return 401;
      if (method === 'PUT') return 201;
      const exists = stage.held[`${kind}s`].has(contentKey(target));
      return exists ? (isRead ? 200 : 202) : 404;
    }
  }
}

function rememberContent(stage: Stage, target: string, body: Buffer, { status, headers }: RawResponse): void {
  const { held, uploaded } = stage;
  if (status === 202 && headers.location !== undefined) {
    stage.location = headers.location;
    if (kindOf(target) === 'upload-start') uploaded.clear();
  }
  if (status !== 201) return;
  const [, repository, isManifest] =
    /^\/v2\/(.+)\/(?:(manifests)|blobs\/uploads)\//.exec(pathOf(target)) ?? [];
  if (isManifest === undefined) held.blobs.add(`${repository} ${String(headers['docker-content-digest'])}`);
  else held.manifests.add(contentKey(target)).add(`${repository} ${sha256(body)}`);
}

function rememberTokens(
  { tokens }: Stage,
  { request, response }: Exchange,
  target: string,
  answer: RawResponse,
): void {
  if (answer.status !== 200 || response?.status !== 200 || !/^\/(?:token|oauth2\/)/.test(target)) return;
  const recorded = JSON.parse(bytesOf(response.body).toString()) as Record<string, string>;
  const ours = JSON.parse(answer.body.toString()) as Record<string, string>;
  const scope = new URLSearchParams(request.body.text ?? target.split('?')[1]).get('scope') ?? undefined;
  for (const name of ['token', 'access_token', 'refresh_token']) {
    const [from, text] = [recorded[name], ours[name]];
    if (from === undefined || text === undefined) continue;
    tokens.set(from, { text, standing: from.includes('anonymous') ? 'anonymous' : 'good', scope });
  }
}

/** Puts into the server what the recorded registry held before an exchange. */
async function seed(stage: Stage, exchange: Exchange): Promise<void> {
  const { method, target, body } = exchange.request;
  const [, recorded, kind, reference = ''] =
    /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(pathOf(target)) ?? [];
  if (recorded === undefined) return;
  const repository = rename(stage, recorded);
  if (kind === 'manifests' && method === 'PUT') return await seedBlobs(stage, repository, bytesOf(body));
  const { response, answeredBy } = exchange;
  const wasThere = answeredBy.startsWith('distribution') && response !== undefined && response.status < 300;
  const isWhole =
    method === 'DELETE' ||
    (method === 'GET' && headerOf(response?.headers ?? [], 'content-encoding') === undefined);
  if (!wasThere || !isWhole) return;
  if (kind === 'blobs') return await seedBlob(stage, repository, reference);
  if (stage.held.manifests.has(`${repository} ${rename(stage, reference)}`)) return;
  const digest = response.body.sha256 ?? reference;
  // A version needs a tag, also where the recording names it by digest only.
  await seedManifest(stage, repository, reference.includes(':') ? '0.0.1' : reference, digest);
}

/** The registry of the listings was a script: three versions, whose manifests were recorded elsewhere. */
async function seedListing(stage: Stage): Promise<void> {
  for (const [minor, start] of ['8b3cf3d9', 'adaf1169', 'ae623e1b'].entries()) {
    const digest = [...stage.bodies.keys()].find((key) => key.startsWith(`sha256:${start}`))!;
    await seedManifest(stage, rename(stage, `${modules}storage`), `1.${minor}.0`, digest);
  }
}

async function seedManifest(stage: Stage, repository: string, tag: string, digest: string): Promise<void> {
  await seedBlobs(stage, repository, recordedContent(stage, digest));
  const bytes = ownBytes(stage, digest, recordedContent(stage, digest));
  await put(stage, 'PUT', `/v2/${repository}/manifests/${tag}`, bytes, imageManifest);
  stage.held.manifests.add(`${repository} ${tag}`).add(`${repository} ${sha256(bytes)}`);
}

async function seedBlobs(stage: Stage, repository: string, manifest: Buffer): Promise<void> {
  const { config, layers } = JSON.parse(manifest.toString()) as Record<'config', { digest: string }> &
    Record<'layers', { digest: string }[]>;
  for (const { digest } of [config, ...layers]) await seedBlob(stage, repository, digest);
}

async function seedBlob(stage: Stage, repository: string, digest: string): Promise<void> {
  const bytes = ownBytes(stage, digest, recordedContent(stage, digest));
  const key = `${repository} ${sha256(bytes)}`;
  if (stage.held.blobs.has(key)) return;
  await put(
    stage,
    'POST',
    `/v2/${repository}/blobs/uploads/?digest=${sha256(bytes)}`,
    bytes,
    'application/octet-stream',
  );
  stage.held.blobs.add(key);
}

async function put(stage: Stage, method: string, target: string, body: Buffer, type: string): Promise<void> {
  const headers = [bearer(stage.password), ['Content-Type', type] as const];
  const answer = await stage.send({ method, target, headers, body });
  if (answer.status !== 201) throw new Error(`${target}: ${answer.status} ${answer.body.toString()}`);
}

function recordedContent({ bodies }: Stage, digest: string): Buffer {
  const bytes = bodies.get(digest);
  if (!bytes) throw new Error(`no recording has the content of ${digest}`);
  return bytes;
}

export function kindOf(target: string): Kind | undefined {
  const path = pathOf(target);
  if (path === '/token' || path === '/oauth2/token') return 'token';
  if (path === '/oauth2/exchange') return 'exchange';
  if (path === '/acr/v1/_catalog') return 'catalog';
  if (path.startsWith('/acr/v1/')) return 'listing';
  if (/^\/v2\/.+\/manifests\/[^/]+$/.test(path)) return 'manifest';
  if (/^\/v2\/.+\/blobs\/uploads\/$/.test(path)) return 'upload-start';
  if (/^\/v2\/.+\/blobs\/uploads\/[^/]+$/.test(path)) return 'upload';
  if (/^\/v2\/.+\/blobs\/[^/]+$/.test(path)) return 'blob';
  return undefined;
}

function scopeOf(kind: Kind, method: string, path: string): string {
  if (kind === 'catalog') return 'registry:catalog:*';
  const name =
    /^\/(?:v2|acr\/v1)\/(.+?)(?:\/(?:manifests|blobs|_manifests|_tags)(?:\/.*)?)?$/.exec(path)?.[1] ?? '';
  if (method === 'GET' || method === 'HEAD') return `repository:${name}:pull`;
  return `repository:${name}:${method === 'DELETE' ? 'delete' : 'pull,push'}`;
}

/** `<repository> <tag or digest>` of a manifest or blob. */
function contentKey(target: string): string {
  const [, repository, reference] = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]+)$/.exec(pathOf(target)) ?? [];
  return `${repository} ${reference}`;
}

function pathOf(target: string): string {
  return decodeURIComponent(target.split('?', 1)[0]!);
}

function rename(
  { namespace, mode, digests }: Pick<Stage, 'namespace' | 'mode' | 'digests'>,
  text: string,
): string {
  const own = `${mode === 'module' ? 'bicep/' : ''}${namespace}/modules/`;
  const renamed = text
    .replaceAll(modules, own)
    .replaceAll(encodeURIComponent(modules), encodeURIComponent(own))
    .replaceAll('corp/extensions/', `${namespace}/extensions/`);
  return replaceDigests(renamed, digests);
}

function replaceDigests(text: string, digests: ReadonlyMap<string, string>): string {
  const digest = /(?<=sha256(?::|%3[aA]))[0-9a-f]{64}/g;
  return text.replaceAll(digest, (hex) => mapped(`sha256:${hex}`, digests).slice('sha256:'.length));
}

function mapped(digest: string, digests: ReadonlyMap<string, string>): string {
  return digests.get(digest) ?? digest;
}
