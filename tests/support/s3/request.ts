import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http';

/** What a client asked the service for, as tests see and script it. */
export interface S3Request {
  /** Counts from 1 since the service was started or `requests` was emptied. */
  readonly number: number;
  readonly action: S3Action;
  readonly method: string;
  readonly bucket: string;
  /** Empty for what concerns the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type S3Action =
  | 'HeadBucket'
  | 'HeadObject'
  | 'GetObject'
  | 'PutObject'
  | 'CopyObject'
  | 'DeleteObject'
  | 'ListObjects'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListMultipartUploads'
  | 'other';

export async function readRequest(incoming: IncomingMessage, number: number): Promise<S3Request> {
  const { pathname, searchParams: query } = new URL(incoming.url ?? '/', 'http://s3');
  const [bucket = '', ...key] = decodeURIComponent(pathname).slice(1).split('/');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const { method = 'GET', headers } = incoming;
  const target = { method, bucket, key: key.join('/'), query, headers };
  return { ...target, number, action: actionOf(target), body: Buffer.concat(chunks) };
}

function actionOf({
  method,
  key,
  query,
  headers,
}: Pick<S3Request, 'method' | 'key' | 'query' | 'headers'>): S3Action {
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  if (key === '') {
    if (method === 'HEAD') return 'HeadBucket';
    return method === 'GET' ? (query.has('uploads') ? 'ListMultipartUploads' : 'ListObjects') : 'other';
  }
  switch (method) {
    case 'HEAD':
      return 'HeadObject';
    case 'GET':
      return 'GetObject';
    case 'PUT':
      if (query.has('uploadId')) return isCopy ? 'UploadPartCopy' : 'UploadPart';
      return isCopy ? 'CopyObject' : 'PutObject';
    case 'POST':
      if (query.has('uploads')) return 'CreateMultipartUpload';
      return query.has('uploadId') ? 'CompleteMultipartUpload' : 'other';
    case 'DELETE':
      return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
    default:
      return 'other';
  }
}

/** Why real services refuse a body: it is not what its signature or checksum says. s3rver looks at neither. */
export function damageOf({ headers, body }: S3Request): string | undefined {
  const hash = createHash('sha256').update(body).digest();
  const signed = headers['x-amz-content-sha256'];
  if (signed !== undefined && signed !== 'UNSIGNED-PAYLOAD' && signed !== hash.toString('hex')) {
    return 'XAmzContentSHA256Mismatch';
  }
  const checksum = headers['x-amz-checksum-sha256'];
  return checksum !== undefined && checksum !== hash.toString('base64') ? 'BadDigest' : undefined;
}

/** Sends a request on to s3rver; `signal` ends it. */
export async function forward(
  port: number,
  request: S3Request,
  changes: {
    readonly query?: URLSearchParams;
    readonly headers?: IncomingHttpHeaders;
    readonly body?: Buffer;
  } = {},
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const { method, bucket, key } = request;
  const { query = request.query, headers = request.headers, body = request.body } = changes;
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}${search}`;
  return await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { ...headers, 'content-length': body.length },
      ...(signal === undefined ? {} : { signal }),
    });
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end(body);
  });
}

export async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
}
