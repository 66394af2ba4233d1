import {
  createServer as createPlainServer,
  IncomingMessage,
  request as plainRequest,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import {
  Agent as TlsAgent,
  createServer as createTlsServer,
  request as httpsRequest,
  Server as TlsServer,
} from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';

import { limits as table } from '@ashlar/core';

import type { ConnectionLimit } from './connection-limit.ts';
import { type BodyPace, endSlowBody } from './slow-body.ts';
import type { UnreadLimit } from './unread-answers.ts';

/** The only door to the network: one request as a client, or a listener as a server. */

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Instead of a body: bytes that are announced and never sent, to see who refuses them. */
  readonly announced?: number;
  /** Milliseconds for the whole of it, the last byte of the answer included; 10,000 unless told. */
  readonly timeout?: number;
  /** Bytes of an answer, of which a longer one counts as none; the limit `fetchedAnswer` unless told. */
  readonly maxBody?: number;
  /** Extra certificate authorities in PEM, for servers with a private CA. */
  readonly ca?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** Milliseconds since 1970 at which the certificate of the server ends; undefined without https. */
  readonly certificateExpiry?: number | undefined;
}

/** Nearly everything that Ashlar fetches this way is a small document. */
const defaultMaxBody = table.fetchedAnswer.value;

/** As Node's own, except that no session is resumed: a connection that does is shown no certificate. */
const tlsAgent = new TlsAgent({ keepAlive: true, scheduling: 'lifo', timeout: 5_000, maxCachedSessions: 0 });

/** Sends one request and reads the whole answer. Redirects are not followed. Rejects when no answer comes. */
export async function httpRequest(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
  const timeout = request.timeout ?? 10_000;
  const deadline = AbortSignal.timeout(timeout);
  try {
    const incoming = await send(new URL(url), request, deadline);
    const certificateExpiry = expiryOf(incoming);
    const body = await readAnswer(incoming, request.maxBody ?? defaultMaxBody);
    if (request.announced !== undefined) incoming.socket.destroy();
    return { status: incoming.statusCode ?? 0, headers: headersOf(incoming), body, certificateExpiry };
  } catch (error) {
    if (deadline.aborted) throw new Error(`no whole answer within ${timeout} ms`, { cause: error });
    throw error;
  }
}

async function send(target: URL, request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const isTls = target.protocol === 'https:';
  const start = isTls ? httpsRequest : plainRequest;
  return await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = start(target, {
      method: request.method ?? 'GET',
      headers: { 'user-agent': 'ashlar', ...announcement(request), ...request.headers },
      signal,
      ...(isTls ? { agent: tlsAgent } : {}),
      ...(request.ca === undefined ? {} : { ca: request.ca }),
    });
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    if (request.announced === undefined) outgoing.end(request.body);
    else outgoing.flushHeaders();
  });
}

/** Who is waited for to ask for the body can refuse it at once. */
function announcement({ announced }: HttpRequest): Record<string, string> {
  return announced === undefined ? {} : { 'content-length': String(announced), expect: '100-continue' };
}

function expiryOf({ socket }: IncomingMessage): number | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const end = Date.parse(socket.getPeerCertificate().valid_to ?? '');
  return Number.isNaN(end) ? undefined : end;
}

async function readAnswer(incoming: IncomingMessage, maxBody: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop ends the connection.
    if (size > maxBody) throw new Error(`the answer is larger than ${maxBody} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

export interface HttpListener {
  readonly port: number;
  /** Shows another certificate to connections that begin from now on; those that are open stay as they are. */
  renew(tls: TlsPair): void;
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

/** A certificate, followed by its chain, and its key in PEM. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

export interface HttpListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** https when given. */
  readonly tls?: TlsPair;
  readonly handler: RequestListener;
  /** The answer to bytes that are no request; its connection ends with it. `code` is that of Node's error. */
  readonly malformed: (code: string) => PlainAnswer;
  readonly limits?: Partial<ListenerLimits>;
  /** Shared by all listeners of a process. */
  readonly connections?: ConnectionLimit;
  /** Shared by all listeners of a process. */
  readonly unread?: UnreadLimit;
}

export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ListenerLimits extends BodyPace {
  /** Milliseconds until the headers of a request must have arrived. */
  readonly headersTimeout: number;
  /** Milliseconds without a byte in either direction after which a connection is given up. */
  readonly idleTimeout: number;
  /** Milliseconds without progress after which a streamed answer that nobody reads is given up. */
  readonly sendTimeout: number;
}

/** The event of a response from which on its content goes out piece by piece. */
export const contentBegins = Symbol('content begins');

/** Of a refused body; several times the largest upload that comes without being announced. */
const maxDiscarded = table.refusedBody.value;

/** Requests that may wait on one connection; clients send the next one when they have the answer. */
const maxPipelined = 100;

const defaultLimits: ListenerLimits = {
  headersTimeout: 30_000,
  idleTimeout: 120_000,
  sendTimeout: 60_000,
  // 1 KiB a second: a tenth of what the slowest mobile networks give.
  bodyWindow: 60_000,
  bodyMinimum: 60 * 1024,
};

/** Listens for http or https. Rejects with the error of the system when the address cannot be used. */
export async function listenHttp(options: HttpListenerOptions): Promise<HttpListener> {
  const server = createServer(options);
  const { host, port } = options;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    renew({ cert, key }) {
      if (server instanceof TlsServer) server.setSecureContext({ cert, key });
    },
    stop() {
      if (server.listening) server.close();
      server.closeIdleConnections();
    },
    async close() {
      const closed = server.listening
        ? new Promise<void>((resolve) => server.close(() => resolve()))
        : undefined;
      server.closeAllConnections();
      await closed;
    },
  };
}

function createServer(options: HttpListenerOptions): Server {
  const { tls, handler, connections, unread, malformed } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const { headersTimeout, idleTimeout, sendTimeout } = limits;
  const settings = {
    // Node refuses a header of this size itself.
    maxHeaderSize: table.headers.value + 1,
    headersTimeout,
    connectionsCheckingInterval: Math.min(headersTimeout, 5_000),
    keepAliveTimeout: 72_000,
    // A large upload over a slow line may take hours: no limit on the whole request, one on silence.
    requestTimeout: 0,
  };
  const oneAtATime = inOrder();
  const answer: RequestListener = (request, response) => {
    connections?.use(request, response);
    unread?.guard(response);
    if (hasTwoHosts(request)) {
      refuse(response, malformed('ASHLAR_TWO_HOSTS'));
      return;
    }
    // The system tells progress better than we could, whose pieces are large.
    response.once(contentBegins, () => request.socket.setTimeout(sendTimeout));
    response.once('prefinish', () => discardRest(request));
    response.once('finish', () => {
      // Nobody should send another request to a server that stops.
      if (!server.listening) request.socket.end();
    });
    oneAtATime(request, response, () => {
      endSlowBody(request, response, limits);
      handler(request, response);
    });
  };
  const server: Server = tls
    ? createTlsServer({ ...settings, ...tls }, answer)
    : createPlainServer(settings, answer);
  server.setTimeout(idleTimeout);
  connections?.guard(server);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    answerMalformed(socket, malformed(error.code ?? ''));
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    refuse(response, malformed('ERR_EXPECTATION'));
  });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    continueWhenRead(request, response);
    answer(request, response);
  });
  return server;
}

/** To a proxy in front it may be the other one that counts (RFC 9112 §3.2 demands 400). */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

function refuse(response: ServerResponse, { status, headers, body }: PlainAnswer): void {
  const fields = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  response.writeHead(status, fields).end(body);
}

/**
 * Frees the memory of a chunk that a stream has just given and nobody needs any more; the chunk is empty then. Node copies
 * what arrives for a request into memory of its own, 64 KiB at a time, which the garbage collector does not count as
 * garbage of its own: it would let 64 MB of it pile up and then look through everything there is.
 *
 * Only of a request is it known that nobody else has its chunks: those of other streams are left alone.
 */
export function freeChunk(stream: Readable, chunk: Uint8Array): void {
  if (!(stream instanceof IncomingMessage) || !(chunk.buffer instanceof ArrayBuffer)) return;
  if (chunk.byteLength === chunk.buffer.byteLength) chunk.buffer.transfer(0);
}

/** Node's own answers to what it cannot parse have neither body nor code. */
function answerMalformed(socket: Socket, { status, headers, body }: PlainAnswer): void {
  // What Node itself looks at: an answer that has begun cannot be followed by another.
  const { _httpMessage: begun } = socket as { _httpMessage?: ServerResponse };
  if (!socket.writable || begun?.headersSent) {
    socket.destroy();
    return;
  }
  const fields = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroy(),
  );
}

/**
 * Node hands over all requests that arrived on a connection at once, and each may open a file. They are answered in
 * their order anyway, so the next one begins when the one before is done.
 */
function inOrder(): (request: IncomingMessage, response: ServerResponse, begin: () => void) => void {
  const queues = new WeakMap<object, (() => void)[]>();
  return ({ socket }, response, begin) => {
    const queue = queues.get(socket);
    response.once('close', () => {
      const next = queues.get(socket)?.shift();
      if (next === undefined) queues.delete(socket);
      else if (!socket.destroyed) next();
    });
    if (queue === undefined) {
      queues.set(socket, []);
      begin();
    } else if (queue.push(begin) > maxPipelined) socket.destroy();
  };
}

/**
 * Many clients read an answer only after they have sent their whole body, and a connection that is closed before that
 * takes the answer with it: what nobody wanted of the body is read and thrown away.
 */
function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let left = maxDiscarded;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  // Takes the body over from Node, which would throw it away without end.
  request.read(0);
  request.resume();
}

/**
 * A client that asks first is told to go on when somebody begins to read its body, and learns about a refusal before it
 * sends it. Who gets an answer instead may send the body or not: nobody knows what comes next on the connection, so it
 * ends there.
 */
function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = false;
  request.sendContinue = () => {
    request.sendContinue = undefined;
    if (response.headersSent) return;
    response.shouldKeepAlive = true;
    response.writeContinue();
  };
  request._read = (size) => {
    request.sendContinue?.();
    IncomingMessage.prototype._read.call(request, size);
  };
}
