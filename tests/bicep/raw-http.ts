import http from 'node:http';
import https from 'node:https';

import type { TestServer } from '../support/server.ts';

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
  readonly body: Buffer;
}

export type Send = (request: RawRequest) => Promise<RawResponse>;

/** Sends requests to one listener of a test server, under whatever name its external URL has. */
export function rawClient(server: TestServer, scheme: 'http' | 'https'): Send {
  const { port } = server.ports[scheme];
  const { hostname, host } = new URL(server[scheme]);
  const isTls = scheme === 'https';
  const options = {
    host: '127.0.0.1',
    port,
    ...(isTls ? { ca: server.ca, ...(/^[\d.]+$/.test(hostname) ? {} : { servername: hostname }) } : {}),
  };
  return async ({ method, target, headers = [], body }) => {
    const fields = headers.some(([name]) => name.toLowerCase() === 'host') ? headers : [['host', host] as const, ...headers];
    const hasLength = fields.some(([name]) => name.toLowerCase() === 'content-length');
    const length = body !== undefined && !hasLength ? [['content-length', String(body.length)] as const] : [];
    return await new Promise((resolve, reject) => {
      const request = (isTls ? https : http).request(
        { ...options, method, path: target, headers: [...fields, ...length].flat() },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  };
}
