import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  request as plainRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as tlsRequest } from 'node:https';
import type { Readable } from 'node:stream';

import type { Json, TestServer } from '../support/server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as text or as JSON. */
  readonly text: string;
  readonly json: Json;
  /** Local port of the connection: the same when it was kept alive. */
  readonly localPort: number;
}

export interface Options {
  readonly headers?: OutgoingHttpHeaders;
  /** A stream is sent with chunked transfer encoding. */
  readonly body?: Buffer | string | Readable;
}

export type Send = (method: string, path: string, options?: Options) => Promise<Answer>;

export interface Client {
  readonly send: Send;
  /** The same over one connection that is kept alive. */
  readonly overOneConnection: () => { send: Send; close(): void };
}

export interface ClientOptions {
  /** Sent as password with Basic; none is anonymous. */
  readonly token?: string | undefined;
  readonly bearer?: string | undefined;
  readonly tls?: boolean;
}

/** A client that sends paths as they are written: nothing is escaped, normalised, retried or followed. */
export function ociClient(server: TestServer, { token, bearer, tls = false }: ClientOptions = {}): Client {
  const { hostname, port } = new URL(tls ? server.https : server.http);
  const authorization = bearer === undefined ? basic(token) : `Bearer ${bearer}`;

  function sender(agent: HttpAgent | HttpsAgent | false): Send {
    return async (method, path, { headers = {}, body } = {}) =>
      await new Promise<Answer>((resolve, reject) => {
        const request = (tls ? tlsRequest : plainRequest)(
          {
            host: hostname,
            port,
            method,
            path,
            agent,
            headers: {
              ...(authorization === undefined ? {} : { authorization }),
              ...withLength(method, headers, body),
            },
            ...(tls ? { ca: server.ca } : {}),
          },
          (response) => {
            const localPort = response.socket.localPort ?? 0;
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () => {
              const bytes = Buffer.concat(chunks);
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                body: bytes,
                text: bytes.toString('utf8'),
                get json() {
                  return JSON.parse(bytes.toString('utf8'));
                },
                localPort,
              });
            });
          },
        );
        request.on('error', reject);
        if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) request.end(body);
        else body.pipe(request);
      });
  }

  return {
    send: sender(false),
    overOneConnection() {
      const agent = new (tls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
      return { send: sender(agent), close: () => agent.destroy() };
    },
  };
}

function basic(token: string | undefined): string | undefined {
  return token === undefined ? undefined : `Basic ${Buffer.from(`tester:${token}`).toString('base64')}`;
}

function withLength(
  method: string,
  headers: OutgoingHttpHeaders,
  body: Options['body'],
): OutgoingHttpHeaders {
  if (body === undefined)
    return ['POST', 'PUT', 'PATCH'].includes(method) ? { 'content-length': 0, ...headers } : headers;
  if (typeof body === 'string' || Buffer.isBuffer(body))
    return { 'content-length': Buffer.byteLength(body), ...headers };
  return headers;
}

/** What an error says to programs: status, code of the specification, code of Ashlar's catalogue. */
export function errorOf(answer: Answer): { status: number; code: string; error: string | undefined } {
  return {
    status: answer.status,
    code: answer.json.errors[0].code,
    error: answer.headers['ashlar-error'] as string,
  };
}
