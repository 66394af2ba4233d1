import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { forward, type S3Request, textOf } from './request.ts';

/** An answer that is known as a whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly xml: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OpenUpload {
  readonly key: string;
  /** Milliseconds; a test may change it. */
  begun: number;
  /** ETag and size by number. */
  readonly parts: Map<number, { readonly etag: string; readonly size: number }>;
}

export function errorAnswer(status: number, code: string): WholeAnswer {
  return { status, xml: `<Error><Code>${code}</Code><Message>${code} for a test</Message></Error>` };
}

/**
 * Uploads of parts as real services have them. s3rver 3.7.1 knows neither AbortMultipartUpload nor
 * ListMultipartUploads nor UploadPartCopy, completes with any ETags, and takes parts of uploads that do not exist.
 */
export class PartUploads {
  readonly open = new Map<string, OpenUpload>();
  readonly #port: number;
  readonly #folder: string;

  constructor(port: number, folder: string) {
    this.#port = port;
    this.#folder = folder;
  }

  async create(request: S3Request): Promise<WholeAnswer> {
    const xml = await textOf(await forward(this.#port, request));
    const id = /<UploadId>(.+?)<\/UploadId>/.exec(xml)?.[1];
    if (id !== undefined) this.open.set(id, { key: request.key, begun: Date.now(), parts: new Map() });
    return { status: 200, xml };
  }

  async send(request: S3Request): Promise<WholeAnswer> {
    const upload = this.#uploadOf(request);
    if (upload === undefined) return errorAnswer(404, 'NoSuchUpload');
    const answer = await forward(this.#port, request);
    const xml = await textOf(answer);
    const etag = answer.headers.etag ?? '';
    upload.parts.set(Number(request.query.get('partNumber')), { etag, size: request.body.length });
    return { status: answer.statusCode ?? 500, xml, headers: { etag } };
  }

  async copy(request: S3Request): Promise<WholeAnswer> {
    const [bucket = '', ...key] = decodeURI(String(request.headers['x-amz-copy-source'])).split('/');
    const range = String(request.headers['x-amz-copy-source-range']);
    const source = { ...request, method: 'GET', bucket, key: key.join('/'), query: new URLSearchParams() };
    const answer = await forward(this.#port, source, { headers: { range }, body: Buffer.alloc(0) });
    const chunks = await Array.fromAsync(answer as AsyncIterable<Buffer>);
    if (answer.statusCode !== 206) return errorAnswer(answer.statusCode ?? 500, 'NoSuchKey');
    const { 'x-amz-copy-source': _source, 'x-amz-copy-source-range': _range, ...headers } = request.headers;
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    const body = Buffer.concat(chunks).subarray(0, Number(last) - Number(first) + 1);
    const sent = await this.send({ ...request, headers, body });
    return { ...sent, xml: `<CopyPartResult><ETag>${sent.headers?.['etag']}</ETag></CopyPartResult>` };
  }

  /** `take` is how many of the parts are assembled, for a service that fails. */
  async complete(request: S3Request, take = Infinity): Promise<WholeAnswer & { readonly size: number }> {
    const upload = this.#uploadOf(request);
    if (upload === undefined) return { ...errorAnswer(404, 'NoSuchUpload'), size: 0 };
    const named = [...request.body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)]
      .slice(0, take)
      .map(([part]) => ({
        part,
        etag: /<ETag>(.*?)<\/ETag>/.exec(part)?.[1]?.replaceAll('&quot;', '"'),
        stored: upload.parts.get(Number(/<PartNumber>(\d+)</.exec(part)?.[1])),
      }));
    if (named.some(({ etag, stored }) => stored === undefined || stored.etag !== etag)) {
      return { ...errorAnswer(400, 'InvalidPart'), size: 0 };
    }
    const all = named.map(({ part }) => part).join('');
    const body = Buffer.from(`<CompleteMultipartUpload>${all}</CompleteMultipartUpload>`);
    const answer = await forward(this.#port, request, { body });
    const xml = await textOf(answer);
    this.open.delete(request.query.get('uploadId') ?? '');
    return {
      status: answer.statusCode ?? 500,
      xml,
      size: named.reduce((sum, { stored }) => sum + stored!.size, 0),
    };
  }

  async abort(request: S3Request): Promise<WholeAnswer> {
    if (this.#uploadOf(request) === undefined) return errorAnswer(404, 'NoSuchUpload');
    const id = request.query.get('uploadId')!;
    this.open.delete(id);
    await rm(join(this.#folder, request.bucket, '._S3rver_uploads', id), { recursive: true, force: true });
    return { status: 204, xml: '' };
  }

  list(request: S3Request, pageSize: number): WholeAnswer {
    const { query } = request;
    const prefix = query.get('prefix') ?? '';
    const after = `${query.get('key-marker') ?? ''} ${query.get('upload-id-marker') ?? ''}`;
    const found = [...this.open]
      .map(([id, upload]) => ({ id, ...upload, place: `${upload.key} ${id}` }))
      .filter(({ key, place }) => key.startsWith(prefix) && (after === ' ' || place > after))
      .toSorted((a, b) => (a.place < b.place ? -1 : 1));
    const page = found.slice(0, pageSize);
    const last = page.at(-1);
    const uploads = page.map(
      ({ id, key, begun }) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${new Date(begun).toISOString()}</Initiated></Upload>`,
    );
    const next =
      last === undefined || page.length === found.length
        ? '<IsTruncated>false</IsTruncated>'
        : `<IsTruncated>true</IsTruncated><NextKeyMarker>${last.key}</NextKeyMarker><NextUploadIdMarker>${last.id}</NextUploadIdMarker>`;
    return {
      status: 200,
      xml: `<ListMultipartUploadsResult>${next}${uploads.join('')}</ListMultipartUploadsResult>`,
    };
  }

  #uploadOf({ query, key }: S3Request): OpenUpload | undefined {
    const upload = this.open.get(query.get('uploadId') ?? '');
    return upload?.key === key ? upload : undefined;
  }
}
