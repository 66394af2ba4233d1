import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import S3rver from 's3rver';

import { errorAnswer, type OpenUpload, PartUploads, type WholeAnswer } from './parts.ts';
import { damageOf, forward, readRequest, type S3Request, textOf } from './request.ts';

/** How the service treats a request, instead of answering it well. */
export type S3Fault =
  /** Refuses it, without doing anything. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  /** Does it, and answers as if it had not: the client cannot know. */
  | { readonly kind: 'refuse afterwards'; readonly status: number; readonly code: string }
  /** Ends the connection, without doing anything. */
  | { readonly kind: 'cut' }
  /** Does it and ends the connection after so many bytes of the answer's body; head included when there are any. */
  | { readonly kind: 'cut answer'; readonly after: number }
  /** Sends so many bytes of the content and then nothing any more. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Never answers. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Answers with an ETag that the object does not have. */
  | { readonly kind: 'wrong etag' }
  /** Answers a range with the whole object, as s3rver does for the first byte alone. */
  | { readonly kind: 'more than the range' }
  /** Makes an object of the first part only. */
  | { readonly kind: 'half' };

export interface S3Service {
  readonly endpoint: string;
  /** The value of the setting `blobs`. */
  url(prefix?: string): string;
  /** What the SDK finds in the environment. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Asked for every request; undefined answers well. */
  script: (request: S3Request) => S3Fault | undefined;
  /** Entries of one page of a list. */
  pageSize: number;
  /** All that arrived; empty it as you like. */
  readonly requests: S3Request[];
  /** Uploads of parts that were neither completed nor aborted, by id. */
  readonly uploads: ReadonlyMap<string, OpenUpload>;
  /** Sizes of all objects by key. */
  objects(): Promise<Record<string, number>>;
  /** Writes an object past the store. */
  write(key: string, bytes: Buffer): Promise<void>;
  /** Answers that are on their way. */
  readonly active: number;
  /** Connections of clients. */
  readonly connections: number;
  stop(): Promise<void>;
}

export const bucketName = 'ashlar';

/**
 * An S3 service on a free port: s3rver behind a front that scripts faults, and that mends where s3rver 3.7.1 is no S3:
 * it does not check bodies, stores half ones when a client goes away, answers before all bytes are on disk, takes the
 * range `bytes=0-0` for everything, cannot go on with a list, and lacks what `PartUploads` has. Conditions such as `If-Match` it ignores, and
 * that stays so.
 */
export async function startS3(): Promise<S3Service> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-s3-'));
  const inner = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: bucketName }],
  });
  const { port } = await inner.run();
  const parts = new PartUploads(port, folder);
  const sockets = new Set<Socket>();
  const requests: S3Request[] = [];
  let active = 0;

  const front = createServer((incoming, outgoing) => {
    active++;
    outgoing.once('close', () => active--);
    void serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  front.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const endpoint = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await readRequest(incoming, requests.length + 1);
    requests.push(request);
    const fault = service.script(request);
    if (fault?.kind === 'cut') return void incoming.socket.destroy();
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'refuse') return send(outgoing, errorAnswer(fault.status, fault.code));
    if (fault?.kind === 'delay') await sleep(fault.ms);
    if (request.action === 'GetObject') return await stream(request, outgoing, fault);
    const answer = await answerOf(request, fault);
    if (fault?.kind === 'cut answer') return cut(outgoing, answer, fault.after);
    if (fault?.kind === 'refuse afterwards') return send(outgoing, errorAnswer(fault.status, fault.code));
    send(outgoing, fault?.kind === 'wrong etag' ? withWrongEtag(answer) : answer);
  }

  async function answerOf(request: S3Request, fault: S3Fault | undefined): Promise<WholeAnswer> {
    const damage = damageOf(request);
    if (damage !== undefined) return errorAnswer(400, damage);
    switch (request.action) {
      case 'CreateMultipartUpload':
        return await parts.create(request);
      case 'UploadPart':
        return await parts.send(request);
      case 'UploadPartCopy':
        return await parts.copy(request);
      case 'AbortMultipartUpload':
        return await parts.abort(request);
      case 'ListMultipartUploads':
        return parts.list(request, service.pageSize);
      case 'CompleteMultipartUpload': {
        const { size, ...answer } = await parts.complete(request, fault?.kind === 'half' ? 1 : Infinity);
        if (answer.status === 200) await untilStored(request, size);
        return answer;
      }
      case 'ListObjects':
        return await listObjects(request.query);
      case 'PutObject': {
        const answer = await plain(request);
        if (answer.status === 200) await untilStored(request, request.body.length);
        return answer;
      }
      default:
        return await plain(request);
    }
  }

  /** s3rver makes its tokens with a cipher that Node has not any more. */
  async function listObjects(query: URLSearchParams): Promise<WholeAnswer> {
    const { objects } = await inner.store.listObjects(bucketName, { prefix: query.get('prefix') ?? '' });
    const after = query.get('continuation-token') ?? '';
    const rest = objects.filter(({ key }) => key > after).toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const page = rest.slice(0, service.pageSize);
    const entries = page.map(
      ({ key, size, lastModifiedDate }) =>
        `<Contents><Key>${key}</Key><Size>${size}</Size><LastModified>${lastModifiedDate.toISOString()}</LastModified></Contents>`,
    );
    const more = page.length < rest.length;
    const next = more ? `<NextContinuationToken>${page.at(-1)!.key}</NextContinuationToken>` : '';
    const xml = `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${entries.join('')}</ListBucketResult>`;
    return { status: 200, xml };
  }

  async function plain(request: S3Request): Promise<WholeAnswer> {
    const answer = await forward(port, request);
    const kept = ['etag', 'last-modified', 'content-length'].filter(
      (name) => request.method === 'HEAD' && answer.headers[name] !== undefined,
    );
    const headers = Object.fromEntries(kept.map((name) => [name, String(answer.headers[name])]));
    const etag: Record<string, string> =
      answer.headers.etag === undefined ? {} : { etag: answer.headers.etag };
    return { status: answer.statusCode ?? 500, xml: await textOf(answer), headers: { ...etag, ...headers } };
  }

  async function untilStored(request: S3Request, size: number): Promise<void> {
    const head = { ...request, method: 'HEAD', query: new URLSearchParams(), body: Buffer.alloc(0) };
    for (;;) {
      const answer = await forward(port, head, { headers: {} });
      answer.resume();
      if (Number(answer.headers['content-length']) === size) return;
      await sleep(2);
    }
  }

  /** Objects are not taken into memory: they may be large. */
  async function stream(
    request: S3Request,
    outgoing: ServerResponse,
    fault: S3Fault | undefined,
  ): Promise<void> {
    const ended = new AbortController();
    outgoing.once('close', () => ended.abort());
    const [, start] = /^bytes=(\d+)-0$/.exec(request.headers.range ?? '') ?? [];
    const isWide = fault?.kind === 'more than the range';
    const { range: _, ...others } = request.headers;
    const asked = isWide && start !== '0' ? { headers: others } : {};
    const answer = await forward(port, request, asked, ended.signal);
    const isFirstByte = !isWide && start === '0' && answer.statusCode === 206;
    const headers = { ...answer.headers };
    delete headers.connection;
    if (isFirstByte) {
      headers['content-range'] = headers['content-range']?.replace(/^bytes 0-\d+/, 'bytes 0-0');
      headers['content-length'] = '1';
    }
    let left =
      fault?.kind === 'cut answer' || fault?.kind === 'stall' ? fault.after : isFirstByte ? 1 : Infinity;
    outgoing.writeHead(answer.statusCode ?? 500, headers);
    outgoing.flushHeaders();
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      const taken = chunk.subarray(0, Math.min(left, chunk.length));
      left -= taken.length;
      if (taken.length > 0 && !outgoing.write(taken)) await once(outgoing, 'drain', { signal: ended.signal });
      if (left === 0) break;
    }
    if (fault?.kind === 'stall') return;
    if (fault?.kind !== 'cut answer') return void outgoing.end();
    // What was written should arrive before the end does.
    await sleep(20);
    outgoing.destroy();
  }

  const service: S3Service = {
    endpoint,
    url: (prefix = 'modules') =>
      `s3://${bucketName}${prefix === '' ? '' : `/${prefix}`}?region=us-east-1&endpoint=${endpoint}`,
    // s3rver knows this id and does not look at signatures.
    credentials: { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-tests' },
    script: () => undefined,
    pageSize: 1000,
    requests,
    uploads: parts.open,
    async objects() {
      const { objects } = await inner.store.listObjects(bucketName, {});
      return Object.fromEntries(objects.map(({ key, size }) => [key, size]));
    },
    async write(key, bytes) {
      const query = new URLSearchParams();
      const request = { number: 0, action: 'other', method: 'PUT', bucket: bucketName, key, query } as const;
      await textOf(await forward(port, { ...request, headers: {}, body: bytes }));
      await untilStored({ ...request, headers: {}, body: bytes }, bytes.length);
    },
    get active() {
      return active;
    },
    get connections() {
      return sockets.size;
    },
    async stop() {
      for (const server of [front, inner.httpServer]) {
        server.close();
        server.closeAllConnections();
        await once(server, 'close').catch(() => undefined);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
  return service;
}

function send(outgoing: ServerResponse, { status, xml, headers = {} }: WholeAnswer): void {
  const length = headers['content-length'] ?? Buffer.byteLength(xml);
  const type = xml === '' ? {} : { 'content-type': 'application/xml' };
  outgoing.writeHead(status, {
    ...type,
    ...headers,
    ...(status === 204 ? {} : { 'content-length': length }),
  });
  outgoing.end(xml);
}

function cut(outgoing: ServerResponse, answer: WholeAnswer, after: number): void {
  if (after === 0) return void outgoing.destroy();
  outgoing.writeHead(answer.status, {
    'content-length': Math.max(answer.xml.length, after + 1),
    ...answer.headers,
  });
  outgoing.write(answer.xml.slice(0, after), () => outgoing.destroy());
}

function withWrongEtag({ status, xml, headers }: WholeAnswer): WholeAnswer {
  const etag = `"${'0'.repeat(32)}"`;
  return {
    status,
    xml: xml.replace(/<ETag>.*?<\/ETag>/g, `<ETag>${etag}</ETag>`),
    headers: { ...headers, ...(headers?.['etag'] === undefined ? {} : { etag }) },
  };
}
