import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';

export interface RawRequest {
  readonly method: string;
  /** Sent as it is, with its escapes; `fetch` would normalise it. */
  readonly target: string;
  /** Sent in this order. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: Uint8Array;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** As they came, so that a field which is there twice is seen. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export type Send = (request: RawRequest) => Promise<RawResponse>;

/** Sends requests to a port of this machine, whatever the name of its external URL. */
export function rawClient(url: string, port: number, ca?: string): Send {
  const { host, hostname } = new URL(url);
  const isTls = ca !== undefined;
  const agent = isTls
    ? new https.Agent({ keepAlive: true, ca, ...(isIP(hostname) === 0 ? { servername: hostname } : {}) })
    : new http.Agent({ keepAlive: true });
  return async ({ method, target, headers = [], body }) => {
    const has = (name: string) => headers.some(([key]) => key.toLowerCase() === name);
    const fields = [
      ...(has('host') ? [] : [['Host', host]]),
      ...headers,
      ...(body === undefined || has('content-length') ? [] : [['Content-Length', String(body.length)]]),
    ];
    return await new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, agent, method, path: target, headers: fields.flat() };
      const request = (isTls ? https : http).request(options, (response) => {
        const { statusCode: status = 0, rawHeaders } = response;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status, headers: response.headers, rawHeaders, body: Buffer.concat(chunks) }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  };
}

export function basic(user: string, password: string): [string, string] {
  return ['Authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`];
}

export function bearer(token: string): [string, string] {
  return ['Authorization', `Bearer ${token}`];
}
