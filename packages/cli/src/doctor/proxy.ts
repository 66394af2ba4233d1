import type { HttpRequest, HttpResponse } from '@ashlar/registry/gateway/http';

import { type Client, connectionReason } from '../client.ts';
import { type Check, fail, ok, skip, warn } from './check.ts';
import { findArchive } from './protocol.ts';

// What stands between here and the server shows in the answers to a few questions, sent without credentials.

/** Larger than what any proxy lets through unless told, as nginx with 1 MiB. */
const largeBody = 2 * 1024 * 1024;
const hugeUpload = 4 * 1024 ** 3;
/** Milliseconds for an answer that needs no work. */
const patience = 5_000;
/** Needs no content to be there: nobody may see it without signing in, and the answer says that it came from us. */
const probe = 'doctor%2Fprobe';

/** The first answer that every OCI client gets. */
export async function checkChallenge(client: Client): Promise<Check> {
  const { url } = client.settings;
  const name = 'challenge';
  const { status, headers } = await client.raw('/v2/');
  const challenge = headers.get('www-authenticate') ?? '';
  const wanted = url.startsWith('https:') ? `Bearer realm="${url}/token"` : 'Basic realm=';
  if (status !== 401 || !headers.has('ashlar-error'))
    return fail(
      'proxy',
      name,
      `/v2/ answers ${status}, and not from Ashlar`,
      'Hand on every path to the server.',
    );
  if (!challenge.startsWith(wanted)) {
    const fix = 'Set the external URL of the server to the address that clients use.';
    return fail('proxy', name, `/v2/ asks for ${challenge || 'nothing'}; clients need ${wanted}`, fix);
  }
  if (headers.get('docker-distribution-api-version') !== 'registry/2.0') {
    const detail = 'the header Docker-Distribution-Api-Version is missing';
    return fail('proxy', name, detail, 'Hand on the headers of the answer.');
  }
  return ok('proxy', name, challenge.split(',', 1)[0]!);
}

/** Bicep and the Azure SDK escape the slashes of a name. */
export async function checkEscapes(client: Client): Promise<Check> {
  const path = `/acr/v1/${probe}/_tags`;
  const { status, headers } = await client.raw(path);
  const name = 'escaped slash';
  const error = headers.get('ashlar-error');
  if (error === 'ASH-AUTH-REQUIRED' || error === 'ASH-REPOSITORY-UNKNOWN')
    return ok('proxy', name, 'arrives');
  const fix = 'Hand on the address as it came (Apache: AllowEncodedSlashes NoDecode and nocanon).';
  if (error === null) return fail('proxy', name, `something else answers ${status} to a path with %2F`, fix);
  return fail('proxy', name, `%2F arrives as something else (${error})`, fix);
}

/** Where two addresses become one, what is checked need not be what is served. */
export async function checkUntouched(client: Client): Promise<Check> {
  const name = 'paths untouched';
  const paths = ['/acr/v1/doctor%252Fprobe/_tags', '/v2//doctor/probe/tags/list'];
  const answers = await Promise.all(paths.map(async (path) => await client.raw(path)));
  const changed = paths.filter(
    (_, index) => answers[index]!.headers.get('ashlar-error') !== 'ASH-REPOSITORY-INVALID',
  );
  if (changed.length === 0) return ok('proxy', name, 'neither decoded nor tidied up');
  const fix = 'Hand on the address as it came (nginx: proxy_pass without a path; Apache: nocanon).';
  return warn('proxy', name, `${changed.join(' and ')} does not arrive as it was sent`, fix);
}

export async function checkHead(client: Client): Promise<Check> {
  const name = 'HEAD';
  const path = '/.well-known/terraform.json';
  const [whole, head] = await Promise.all([client.raw(path), client.raw(path, { method: 'HEAD' })]);
  const length = head.headers.get('content-length');
  if (head.status === whole.status && Number(length) === whole.body.length)
    return ok('proxy', name, 'answered like GET, without the body');
  const detail = `answers ${head.status} with length ${length ?? 'unknown'}, GET ${whole.status} with ${whole.body.length}`;
  return fail('proxy', name, detail, 'Hand on HEAD requests, and Content-Length in their answers.');
}

/** The server refuses this as too large for a JSON document, once it has come that far. */
export async function checkLargeBody(client: Client): Promise<Check> {
  const name = 'large body';
  const answer = await attempt(client, '/api/v1/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.alloc(largeBody, ' '),
  });
  if (typeof answer !== 'string' && answer.headers.get('ashlar-error') === 'ASH-BODY-SIZE')
    return ok('proxy', name, `${largeBody / 1024 ** 2} MiB arrive`);
  const what = typeof answer === 'string' ? answer : `something else answers ${answer.status}`;
  return fail('proxy', name, `a body of ${largeBody / 1024 ** 2} MiB: ${what}`, bodyFix);
}

const bodyFix = 'Lift the limit on bodies (nginx: client_max_body_size 0; Apache: LimitRequestBody 0).';

/** The upload is announced and never sent: who may not push learns that before. */
export async function checkHugeUpload(client: Client): Promise<Check> {
  const name = 'huge upload';
  const path = `/v2/${decodeURIComponent(probe)}/blobs/uploads/`;
  const answer = await attempt(client, path, { method: 'POST', announced: hugeUpload, timeout: patience });
  if (typeof answer !== 'string' && answer.headers.has('ashlar-error'))
    return ok('proxy', name, `${hugeUpload / 1024 ** 3} GiB may come, and are refused before they are sent`);
  if (typeof answer !== 'string')
    return fail(
      'proxy',
      name,
      `${hugeUpload / 1024 ** 3} GiB: something else answers ${answer.status}`,
      bodyFix,
    );
  const fix = 'Hand on bodies while they arrive (nginx: proxy_request_buffering off).';
  return warn('proxy', name, `no answer before the body is sent: ${answer}`, fix);
}

/** Whether parts of an archive can be asked for, and come as they are; needs a module that the client may read. */
export async function checkTransfer(client: Client): Promise<Check> {
  const name = 'range';
  const link = (await findArchive(client))?.link;
  if (link === undefined) return skip('proxy', name, 'there is no archive that you may read');
  const { status, headers, body } = await client.raw(link, {
    headers: { range: 'bytes=1-2', 'accept-encoding': 'gzip, br' },
  });
  const whole = await client.raw(link, { method: 'HEAD', headers: { 'accept-encoding': 'gzip, br' } });
  const encoding = headers.get('content-encoding') ?? whole.headers.get('content-encoding');
  if (encoding !== null) {
    const fix = 'Do not compress what the server sends (nginx: gzip off; Apache: SetEnv no-gzip 1).';
    return fail('proxy', name, `an archive comes compressed once more (${encoding})`, fix);
  }
  if (status === 206 && body.length === 2 && /^bytes 1-2\/\d+$/.test(headers.get('content-range') ?? ''))
    return ok('proxy', name, 'parts of an archive can be asked for');
  const detail = `two bytes of an archive: ${status} with ${body.length} bytes`;
  return fail('proxy', name, detail, 'Hand on the headers Range and Content-Range.');
}

/** The answer, or in words why there was none. */
async function attempt(client: Client, path: string, request: HttpRequest): Promise<HttpResponse | string> {
  try {
    return await client.raw(path, request);
  } catch (error) {
    return connectionReason(error instanceof Error && error.cause !== undefined ? error.cause : error);
  }
}
