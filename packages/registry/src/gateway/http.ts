import { createServer as createPlainServer, request as plainRequest, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';

/** The only door to the network: one request as a client, or a listener as a server. */

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds until the request is given up; 10,000 unless told. */
  readonly timeout?: number;
  /** Extra certificate authorities in PEM, for servers with a private CA. */
  readonly ca?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** The largest answer that is read; everything that Ashlar fetches this way is a small document. */
const maxBody = 16 * 1024 * 1024;

/** Sends one request and reads the whole answer. Redirects are not followed. Rejects when no answer comes. */
export async function httpRequest(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
  const target = new URL(url);
  const send = target.protocol === 'https:' ? httpsRequest : plainRequest;
  return await new Promise<HttpResponse>((resolve, reject) => {
    const outgoing = send(target, {
      method: request.method ?? 'GET',
      headers: { 'user-agent': 'ashlar', ...request.headers },
      timeout: request.timeout ?? 10_000,
      ...(request.ca === undefined ? {} : { ca: request.ca }),
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBody) incoming.destroy(new Error(`the answer is larger than ${maxBody} bytes`));
        else chunks.push(chunk);
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        const headers = new Headers();
        for (const [name, value] of Object.entries(incoming.headersDistinct)) {
          for (const item of value ?? []) headers.append(name, item);
        }
        resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.end(request.body);
  });
}

export interface HttpListener {
  readonly port: number;
  /** Stops taking connections and ends idle ones; what is under way goes on. */
  stop(): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

declare module 'http' {
  interface IncomingMessage {
    /** Set while the client waits for `100 Continue` before it sends the body. */
    sendContinue?: (() => void) | undefined;
  }
}

export interface HttpListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** PEM; https when given. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly handler: RequestListener;
}

/** Milliseconds without a byte in either direction after which a connection is given up. */
const idleTimeout = 120_000;

/** Listens for http or https. Rejects with the error of the system when the address cannot be used. */
export async function listenHttp({ host, port, tls, handler }: HttpListenerOptions): Promise<HttpListener> {
  // A large upload over a slow line may take hours: no limit on the whole request, one on silence.
  const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 30_000, keepAliveTimeout: 72_000, requestTimeout: 0 };
  const server: Server = tls ? createTlsServer({ ...limits, ...tls }, handler) : createPlainServer(limits, handler);
  server.setTimeout(idleTimeout);
  // A client that asks first learns about a refusal before it sends its body.
  server.on('checkContinue', (request, response) => {
    request.sendContinue = () => response.writeContinue();
    handler(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      if (server.listening) server.close();
      server.closeIdleConnections();
    },
    async close() {
      const closed = server.listening ? new Promise<void>((resolve) => server.close(() => resolve())) : undefined;
      server.closeAllConnections();
      await closed;
    },
  };
}
