import { type Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
  readonly agent?: Agent;
}

/** One request over plain HTTP; `fetch` would keep connections open for as long as the server allows. */
export async function http(url: string, { method = 'GET', headers, body, agent }: HttpOptions = {}) {
  return await new Promise<HttpAnswer>((resolve, reject) => {
    const sent = request(url, {
      method,
      agent: agent ?? false,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      buffer(response).then((bytes) => {
        resolve({ status: response.statusCode!, headers: response.headers, body: bytes });
      }, reject);
    });
    sent.end(body);
  });
}
