import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';

import type { Json } from '../support/server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly json: Json;
}

export interface Body {
  readonly bytes: Buffer;
  readonly type?: string;
}

/** Sends requests as one caller, each over a connection of its own; a connection that breaks is an error. */
export interface Client {
  readonly url: string;
  send(
    method: string,
    path: string,
    body?: Body,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** JSON to Ashlar's API. */
  api(method: string, path: string, body?: unknown): Promise<Answer>;
  as(token: string): Client;
}

/** A refusal: the server answered, and not with success. */
export class Refused extends Error {
  readonly status: number;
  readonly answer: Answer;

  constructor(what: string, answer: Answer) {
    super(`${what}: ${answer.status} ${answer.bytes.toString('utf8', 0, 300)}`);
    this.status = answer.status;
    this.answer = answer;
  }
}

/** Milliseconds without any byte after which a server counts as stuck. */
const patience = 20_000;

export function clientOf(url: string, token: string): Client {
  const send: Client['send'] = async (method, path, body, headers = {}) =>
    await new Promise<Answer>((resolve, reject) => {
      const target = new URL(url);
      const outgoing = httpRequest(
        {
          host: target.hostname,
          port: target.port,
          method,
          path,
          agent: false,
          timeout: patience,
          headers: {
            authorization: `Bearer ${token}`,
            // As every client of ours says: an early answer would be lost with a connection that ends with it.
            connection: 'keep-alive',
            'content-length': body?.bytes.length ?? 0,
            ...(body?.type === undefined ? {} : { 'content-type': body.type }),
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            outgoing.destroy();
            const bytes = Buffer.concat(chunks);
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              bytes,
              get json() {
                return JSON.parse(bytes.toString('utf8'));
              },
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer to ${method} ${path} in time`)));
      if (body === undefined) outgoing.end();
      // In small pieces, so that a cut falls between them.
      else Readable.from(piecesOf(body.bytes), { objectMode: false }).pipe(outgoing);
    });

  return {
    url,
    send,
    api: async (method, path, body) =>
      await send(
        method,
        `/api/v1${path}`,
        body === undefined
          ? undefined
          : { bytes: Buffer.from(JSON.stringify(body)), type: 'application/json' },
      ),
    as: (other) => clientOf(url, other),
  };
}

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  const size = 256 * 1024;
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** The answer, when it has one of these statuses. @throws Refused */
export function expectStatus(what: string, answer: Answer, ...statuses: readonly number[]): Answer {
  if (statuses.includes(answer.status)) return answer;
  throw new Refused(what, answer);
}
