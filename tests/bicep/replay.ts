import type { TestServer } from '../support/server.ts';
import { basic, bearer, type RawResponse, type Send } from './raw-http.ts';
import { bytesOf, type Exchange, headerOf, isGenuine, type Recording, sha256, type Step } from './recording.ts';

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
  readonly scope: string;
}

export type Kind = 'manifest' | 'blob' | 'upload-start' | 'upload' | 'token' | 'exchange' | 'catalog' | 'listing';
/** `weak`: known, but with a token for something else. */
type Standing = 'none' | 'bad' | 'anonymous' | 'weak' | 'good';

interface Token {
  readonly text: string;
  readonly standing: Standing;
  /** What it was asked for; undefined for tokens that are good for everything. */
  readonly scope: string | undefined;
}

const modules = 'corp/modules/';
const recordedPassword = 'alice:wonderland';

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
  { server, http, https, entraToken }: ReplayServer,
  recording: Recording,
  index: number,
  mode: Mode,
  bodies: ReadonlyMap<string, Buffer>,
): Promise<Played[]> {
  const step = recording.steps[index]!;
  const number = recording.scenario.slice(0, 2);
  const namespace = `corp${number}${String(index).padStart(2, '0')}${mode[0]}`;
  const isTls = step.exchanges.some(({ request }) => headerOf(request.headers, 'host') === 'registry.example');
  const isPublic = visibilityOf(recording, step) === 'public';
  const client = number < '20' ? 'oras' : 'azure';
  const send = isTls ? https : http;
  await server.api('POST', '/namespaces', { name: namespace, visibility: isPublic ? 'public' : 'private' });
  const password = await server.token(`manage:${namespace}`);

  const tokens = new Map<string, Token>();
  if (/identitytoken accepted/.test(step.step)) tokens.set('refresh-1', { text: password, standing: 'good', scope: undefined });
  /** Recorded digests whose content is other bytes here. */
  const digests = new Map<string, string>();
  const held = { blobs: new Set<string>(), manifests: new Map<string, string>() };
  const played: Played[] = [];
  let location = '';
  /** What went into the upload under way, by recorded target: a repeated request counts once. */
  const uploaded = new Map<string, Buffer>();
  let previous: { exchange: Exchange; status: number } | undefined;

  const rename = (text: string) => renameAll(text, namespace, mode, digests);
  const put = async (target: string, body: Buffer, type = 'application/octet-stream') => {
    const method = target.includes('/uploads/') ? 'POST' : 'PUT';
    const answer = await send({ method, target, headers: [bearer(server.admin), ['Content-Type', type]], body });
    if (answer.status !== 201) throw new Error(`${target}: ${answer.status} ${answer.body.toString()}`);
  };
  const contentOf = (digest: string) => {
    const recorded = bodies.get(digest);
    if (!recorded) throw new Error(`no recording has the content of ${digest}`);
    const bytes = substitute(recorded, digests);
    if (sha256(bytes) !== digest) digests.set(digest, sha256(bytes));
    return bytes;
  };
  const seedBlobs = async (repository: string, manifest: string) => {
    const { config, layers = [] } = JSON.parse(manifest) as { config?: { digest: string }; layers?: { digest: string }[] };
    for (const { digest } of [...(config ? [config] : []), ...layers]) {
      const bytes = contentOf(digest);
      const key = `${repository} ${sha256(bytes)}`;
      if (held.blobs.has(key)) continue;
      await put(`/v2/${repository}/blobs/uploads/?digest=${sha256(bytes)}`, bytes);
      held.blobs.add(key);
    }
  };
  const seedManifest = async (repository: string, tag: string | undefined, digest: string) => {
    await seedBlobs(repository, bodies.get(digest)!.toString());
    const bytes = contentOf(digest);
    // A version needs a tag, also where the recording names it by digest only.
    await put(`/v2/${repository}/manifests/${tag ?? '0.0.1'}`, bytes, 'application/vnd.oci.image.manifest.v1+json');
    held.manifests.set(`${repository} ${sha256(bytes)}`, sha256(bytes));
    if (tag !== undefined) held.manifests.set(`${repository} ${tag}`, sha256(bytes));
  };
  /** What the recorded registry held before the step. */
  const seed = async (exchange: Exchange) => {
    const { method } = exchange.request;
    const path = pathOf(exchange.request.target);
    const answer = exchange.response;
    const [, repository, kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    if (repository === undefined) return;
    const name = rename(repository);
    if (kind === 'manifests' && method === 'PUT') return await seedBlobs(name, bytesOf(exchange.request.body).toString());
    if (!exchange.answeredBy.startsWith('distribution') || answer === undefined || answer.status >= 300) return;
    if ((method !== 'GET' && method !== 'DELETE') || headerOf(answer.headers, 'content-encoding') !== undefined) return;
    const key = `${name} ${rename(reference)}`;
    if (kind === 'manifests' && !held.manifests.has(key)) {
      const digest = answer.body.sha256 ?? reference;
      await seedManifest(name, reference.includes(':') ? undefined : reference, digest);
    } else if (kind === 'blobs' && !held.blobs.has(key)) {
      const bytes = contentOf(reference);
      await put(`/v2/${name}/blobs/uploads/?digest=${sha256(bytes)}`, bytes);
      held.blobs.add(`${name} ${sha256(bytes)}`);
    }
  };
  if (number === '23') {
    const published = ['8b3cf3d9', 'adaf1169', 'ae623e1b'].map((start) => [...bodies.keys()].find((key) => key.startsWith(`sha256:${start}`)));
    for (const [at, digest] of published.entries()) if (digest) await seedManifest(rename(`${modules}storage`), `1.${at}.0`, digest);
  }

  for (const exchange of step.exchanges) {
    const { request } = exchange;
    const kind = kindOf(request.target);
    // Storage elsewhere, where a redirect of the script led.
    if (kind === undefined) continue;
    // A client does not repeat what we answered well, though the recorded server did not.
    const isRepeat = previous?.exchange.request.target === request.target && previous.exchange.request.method === request.method;
    if (isRepeat && previous!.status < 300 && (previous!.exchange.response?.status ?? 0) >= 429) continue;
    await seed(exchange);
    const recorded = bytesOf(request.body);
    const body = kind === 'token' || kind === 'exchange' ? Buffer.from(formOf(recorded.toString())) : substitute(recorded, digests);
    if (request.body.sha256 !== undefined && sha256(body) !== request.body.sha256) digests.set(request.body.sha256, sha256(body));
    if (kind === 'upload') uploaded.set(request.target, body);
    const announced = new URLSearchParams(request.target.split('?')[1]).getAll('digest').at(-1);
    if (kind === 'upload' && announced !== undefined) digests.set(announced, sha256(Buffer.concat([...uploaded.values()])));
    const target = kind === 'upload' ? uploadTarget(request.target) : rename(request.target);
    const { standing, field } = credentialsOf(exchange);
    const write = !['GET', 'HEAD'].includes(request.method) && kind !== 'token' && kind !== 'exchange';
    // The recorded http registries took everything from everybody; Ashlar wants to know who publishes.
    const added = standing === 'none' && write && !isTls && number !== '08' && number !== '14';
    const headers = request.headers
      .filter(([name]) => !/^(?:authorization|content-length|host|connection)$/i.test(name))
      .concat([['Host', headerOf(request.headers, 'host')!]], field ? [field] : added ? [basic('alice', password)] : []);
    const expected = correctStatus(kind, request.method, target, added ? 'good' : standing, body.toString());
    const response = await send({ method: request.method, target, headers, body });
    remember(exchange, target, body, response);
    played.push({
      exchange,
      target,
      kind,
      expected,
      response,
      sent: body,
      digest: exchange.response?.body.sha256 && mapped(exchange.response.body.sha256, digests),
      scope: scopeOf(kind, request.method, pathOf(target)),
    });
    previous = { exchange, status: response.status };
  }
  return played;

  function uploadTarget(recorded: string): string {
    const query = recorded.split('?')[1];
    if (query === undefined) return location;
    const own = /(?:^|&)(digest=[^&]*)$/.exec(query)?.[1];
    const renamed = rename(own === undefined ? '' : own);
    // Opaque state belonged to the recorded Location; anything else is what a client passes on or adds.
    if (/^_state=S\d|^_state=[\w-]{60}/.test(query)) {
      if (own === undefined) return location;
      return `${location}?${client === 'oras' ? '&' : ''}${renamed}`;
    }
    return `${location}?${rename(query)}`;
  }

  function formOf(text: string): string {
    const form = new URLSearchParams(text);
    for (const [key, value] of [...form]) {
      if (key === 'access_token') form.set(key, entraToken());
      else if (key === 'refresh_token' && value !== '') form.set(key, tokens.get(value)?.text ?? value);
      else if (key === 'scope') form.set(key, rename(value));
    }
    return form.toString();
  }

  function credentialsOf({ request }: Exchange): { standing: Standing; field?: [string, string] } {
    const field = headerOf(request.headers, 'authorization');
    if (field === undefined) return { standing: 'none' };
    const [scheme, value = ''] = field.split(' ');
    if (scheme === 'Basic') {
      const isGood = Buffer.from(value, 'base64').toString() === recordedPassword;
      return { standing: isGood ? 'good' : 'bad', field: basic('alice', isGood ? password : 'wrong') };
    }
    const token = tokens.get(value);
    if (token === undefined) return { standing: 'bad', field: bearer(value) };
    const action = request.method === 'DELETE' ? 'delete' : ['GET', 'HEAD'].includes(request.method) ? '' : 'push';
    const isWeak = token.standing === 'good' && token.scope?.includes(action) === false;
    return { standing: isWeak ? 'weak' : token.standing, field: bearer(token.text) };
  }

  /** What a correct server answers, by what it holds and who asks. */
  function correctStatus(kind: Kind, method: string, target: string, standing: Standing, form: string): number {
    const isRead = method === 'GET' || method === 'HEAD';
    const mayRead = standing === 'good' || standing === 'weak' || (isPublic && standing !== 'bad');
    switch (kind) {
      case 'exchange':
        return 200;
      case 'token': {
        const isCatalog = form.includes('registry%3Acatalog');
        if (form.includes('grant_type=password')) return isPublic || isCatalog ? 200 : 401;
        return standing === 'bad' ? 401 : 200;
      }
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
        if (!isRead && standing !== 'good') return 401;
        if (method === 'PUT') return 201;
        if (isRead && !mayRead) return 401;
        const [, repository, reference = ''] = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]+)$/.exec(pathOf(target)) ?? [];
        const key = `${repository} ${reference}`;
        const exists = kind === 'blob' ? held.blobs.has(key) : held.manifests.has(key);
        return exists ? (isRead ? 200 : 202) : 404;
      }
    }
  }

  function remember(exchange: Exchange, target: string, body: Buffer, response: RawResponse): void {
    const next = response.headers.location;
    if (response.status === 202 && next !== undefined) location = next;
    if (response.status === 202 && kindOf(target) === 'upload-start') uploaded.clear();
    const path = pathOf(target);
    if (response.status === 201) {
      const [, manifests, reference] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(path) ?? [];
      if (manifests !== undefined) {
        held.manifests.set(`${manifests} ${reference}`, sha256(body));
        held.manifests.set(`${manifests} ${sha256(body)}`, sha256(body));
      }
      const [, repository] = /^\/v2\/(.+)\/blobs\/uploads\//.exec(path) ?? [];
      if (repository !== undefined) held.blobs.add(`${repository} ${String(response.headers['docker-content-digest'])}`);
    }
    if (response.status !== 200 || exchange.response?.status !== 200) return;
    if (!/^\/(?:token|oauth2\/)/.test(path)) return;
    const recorded = JSON.parse(bytesOf(exchange.response.body).toString()) as Record<string, string>;
    const ours = JSON.parse(response.body.toString()) as Record<string, string>;
    for (const name of ['token', 'access_token', 'refresh_token']) {
      const [from, to] = [recorded[name], ours[name] ?? ours['access_token']];
      if (from === undefined || to === undefined) continue;
      const standing = from.includes('anonymous') ? 'anonymous' : 'good';
      tokens.set(from, { text: to, standing, scope: new URLSearchParams(exchange.request.body.text ?? target.split('?')[1]).get('scope') ?? undefined });
    }
  }
}

/** A recorded client that came without password and got something read a public namespace. */
function visibilityOf({ scenario }: Recording, { exchanges }: Step): 'public' | 'private' {
  const number = scenario.slice(0, 2);
  if (number === '08' || number === '14') return 'private';
  if (number < '08' || (number > '09' && number < '20')) return 'public';
  const isAnonymous = exchanges.some(
    (exchange) => isGenuine(exchange) && headerOf(exchange.request.headers, 'authorization')?.includes('anonymous'),
  );
  return isAnonymous ? 'public' : 'private';
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
  const name = /^\/(?:v2|acr\/v1)\/(.+?)(?:\/(?:manifests|blobs|_manifests|_tags)(?:\/.*)?)?$/.exec(path)?.[1] ?? '';
  if (method === 'GET' || method === 'HEAD') return `repository:${name}:pull`;
  return `repository:${name}:${method === 'DELETE' ? 'delete' : 'pull,push'}`;
}

function pathOf(target: string): string {
  return decodeURIComponent(target.split('?', 1)[0]!);
}

function renameAll(text: string, namespace: string, mode: Mode, digests: ReadonlyMap<string, string>): string {
  const prefix = mode === 'module' ? 'bicep/' : '';
  const renamed = text
    .replaceAll(modules, `${prefix}${namespace}/modules/`)
    .replaceAll('corp%2Fmodules%2F', `${prefix}${namespace}/modules/`.replaceAll('/', '%2F'))
    .replaceAll('corp/extensions/', `${namespace}/extensions/`);
  return replaceDigests(renamed, digests);
}

function substitute(bytes: Buffer, digests: ReadonlyMap<string, string>): Buffer {
  return bytes.length > 64 * 1024 ? bytes : Buffer.from(replaceDigests(bytes.toString('latin1'), digests), 'latin1');
}

function replaceDigests(text: string, digests: ReadonlyMap<string, string>): string {
  return text.replaceAll(/(?<=sha256(?::|%3[aA]))[0-9a-f]{64}/g, (hex) => mapped(`sha256:${hex}`, digests).slice('sha256:'.length));
}

function mapped(digest: string, digests: ReadonlyMap<string, string>): string {
  return digests.get(digest) ?? digest;
}
