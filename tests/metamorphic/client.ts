import type { TestServer } from '../support/server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body when it is JSON. */
  readonly json: unknown;
}

export type Send = (
  method: string,
  path: string,
  body?: Body,
  headers?: Record<string, string>,
) => Promise<Answer>;
type Body = Uint8Array<ArrayBuffer> | string | undefined;

/** Sends requests as one caller: as `docker login` does on the OCI surface, as Terraform does elsewhere. */
export function senderOf(server: TestServer, token: string | undefined): Send {
  return async (method, path, body, headers = {}) => {
    const basic = path.startsWith('/v2/') && !path.startsWith('/v2/modules/');
    const authorization =
      token === undefined
        ? {}
        : {
            authorization: basic
              ? `Basic ${Buffer.from(`any:${token}`).toString('base64')}`
              : `Bearer ${token}`,
          };
    const response = await fetch(server.http + path, {
      method,
      headers: { ...authorization, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString('utf8');
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  };
}
