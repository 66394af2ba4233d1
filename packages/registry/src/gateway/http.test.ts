import { createServer, IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import {
  contentBegins,
  freeChunk,
  type HttpListener,
  type HttpListenerOptions,
  httpRequest,
  listenHttp,
} from './http.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

describe('httpRequest', () => {
  async function serve(handler: RequestListener): Promise<string> {
    const server: Server = createServer(handler).listen(0, '127.0.0.1');
    open.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    await new Promise((resolve) => server.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('sends method, headers and body, and returns the whole answer', async () => {
    const url = await serve((request, response) => {
      request.setEncoding('utf8').once('data', (body: string) => {
        response.writeHead(302, { location: '/elsewhere', 'set-cookie': ['a=1', 'b=2'] });
        response.end(`${request.method} ${request.url} ${String(request.headers['x-a'])} ${body}`);
      });
    });

    const { status, headers, body } = await httpRequest(`${url}/path?q=1`, {
      method: 'POST',
      headers: { 'x-a': 'yes' },
      body: 'text',
    });

    expect({ status, body: body.toString() }).toEqual({ status: 302, body: 'POST /path?q=1 yes text' });
    expect(headers.get('location')).toBe('/elsewhere');
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  const drip = (write: (text: string) => void) => {
    const timer = setInterval(() => write('x'), 20);
    open.push(() => clearInterval(timer));
  };

  it.each<[string, RequestListener]>([
    ['answers nothing', () => {}],
    [
      'drips its headers',
      (_, { socket }) => {
        socket!.write('HTTP/1.1 200 OK\r\nx-slow: ');
        drip((text) => void socket!.write(text));
      },
    ],
    ['drips its body', (_, response) => drip((text) => void response.write(text))],
    ['drips informational answers', (_, response) => drip(() => response.writeProcessing())],
  ])('gives up a server that %s', async (_, handler) => {
    const url = await serve(handler);
    const begin = performance.now();

    await expect(httpRequest(url, { timeout: 300 })).rejects.toThrow('no whole answer within 300 ms');
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  it('does not read an answer without end', async () => {
    const url = await serve((_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(1024 * 1024)));
      };
      response.on('drain', more);
      more();
    });

    await expect(httpRequest(url)).rejects.toThrow('larger than 16777216 bytes');
  });

  it('rejects when the answer breaks off, and when nobody listens', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => response.destroy());
    });
    await expect(httpRequest(url)).rejects.toThrow('aborted');
    await expect(httpRequest('http://127.0.0.1:9')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('listenHttp', () => {
  async function listen(options: Partial<HttpListenerOptions> = {}): Promise<HttpListener> {
    const handler: RequestListener = (_, response) => response.end('fine');
    const statuses: Record<string, number> = {
      HPE_HEADER_OVERFLOW: 431,
      ERR_HTTP_REQUEST_TIMEOUT: 408,
      ERR_EXPECTATION: 417,
    };
    const malformed = (code: string) => ({ status: statuses[code] ?? 400, headers: {}, body: code });
    const listener = await listenHttp({ host: '127.0.0.1', port: 0, handler, malformed, ...options });
    open.push(async () => await listener.close());
    return listener;
  }

  /** What a connection gets that sends `text`, until it ends or has been silent for a while. */
  async function dial({
    port,
  }: HttpListener): Promise<{ socket: Socket; received(): string; ended: Promise<void> }> {
    const socket = connect(port, '127.0.0.1');
    open.push(() => socket.destroy());
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('error', () => {});
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    return { socket, received: () => text, ended };
  }

  it('rejects with the error of the system', async () => {
    const { port } = await listen();
    await expect(listen({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('refuses headers of more than 16 KiB, and goes on', async () => {
    const listener = await listen();
    const { socket, received, ended } = await dial(listener);
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(17_000)}\r\n\r\n`);
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 431 /);
    expect((await fetch(`http://127.0.0.1:${listener.port}`)).status).toBe(200);
  });

  it.each([
    ['sends its headers slowly', 'GET / HTTP/1.1\r\nHost: x\r\nX-A'],
    ['sends nothing at all', ''],
  ])('ends a connection that %s', async (_, text) => {
    const { socket, received, ended } = await dial(await listen({ limits: { headersTimeout: 300 } }));
    socket.write(text);
    const timer = setInterval(() => socket.write(text === '' ? '' : 'a'), 50);
    open.push(() => clearInterval(timer));
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('ends a connection whose body does not come', async () => {
    const handler: RequestListener = (request, response) => {
      request.resume().on('end', () => response.end());
    };
    const { socket, ended } = await dial(await listen({ handler, limits: { idleTimeout: 200 } }));
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
    await expect(ended).resolves.toBeUndefined();
  });

  const asking = 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n';

  it.each<[string, (chunks: AsyncIterable<Buffer>) => Promise<void>]>([
    [
      'a loop',
      async (chunks) => {
        for await (const chunk of chunks) void chunk;
      },
    ],
    [
      'events',
      async (chunks) =>
        await new Promise((resolve) => {
          (chunks as unknown as NodeJS.ReadableStream).on('data', () => {}).on('end', resolve);
        }),
    ],
  ])('tells a client that asks first to go on when its body is read by %s', async (_, read) => {
    const started = Promise.withResolvers<void>();
    const { socket, received } = await dial(
      await listen({
        handler: (request, response) => {
          void started.promise.then(async () => await read(request)).then(() => response.end('read'));
        },
      }),
    );
    socket.write(asking);
    await sleep(100);
    expect(received()).toBe('');
    started.resolve();
    await expect.poll(received).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('body');
    await expect.poll(received).toMatch(/200 OK[^]*keep-alive[^]*read/);
    expect(received().match(/100 Continue/g)).toHaveLength(1);
  });

  it('answers a client that asks first without its body, and ends the connection', async () => {
    const { socket, received, ended } = await dial(await listen());
    socket.write(asking);
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n[^]*fine$/i);
  });

  it('refuses expectations that it does not know', async () => {
    const { socket, received } = await dial(await listen());
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nExpect: miracles\r\n\r\n');
    await expect.poll(received).toMatch(/^HTTP\/1\.1 417 /);
  });

  it('does not read a refused body without end', async () => {
    const { socket, received, ended } = await dial(await listen());
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const mebibyte = Buffer.concat([
      Buffer.from('100000\r\n'),
      Buffer.alloc(1024 * 1024),
      Buffer.from('\r\n'),
    ]);
    let sent = 0;
    const more = () => {
      while (!socket.destroyed && sent < 200) {
        sent += 1;
        if (!socket.write(mebibyte)) return;
      }
    };
    socket.on('drain', more);
    more();
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 200 /);
    expect(sent).toBeLessThan(100);
  });

  /** Reads the body and answers with what was wrong with it. */
  const readBody: RequestListener = (request, response) => {
    request.on('error', (error: NodeJS.ErrnoException) => response.writeHead(408).end(error.code));
    request.resume().on('end', () => response.end('all of it'));
  };
  const pace = { bodyWindow: 300, bodyMinimum: 10 };

  it.each([
    ['stalls', 'Content-Length: 1000', ''],
    ['trickles', 'Content-Length: 1000', 'a'],
    ['trickles in chunks', 'Transfer-Encoding: chunked', '1\r\na\r\n'],
  ])('lets whoever reads a body answer that it %s', async (_, header, piece) => {
    const listener = await listen({ handler: readBody, limits: { ...pace, bodyMinimum: 100 } });
    const { socket, received, ended } = await dial(listener);
    socket.write(`PUT / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n${piece}`);
    const timer = setInterval(() => socket.write(piece), 50);
    open.push(() => clearInterval(timer));
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 408 [^]*connection: close[^]*ASHLAR_BODY_TOO_SLOW/i);
  });

  it('serves a body that moves', async () => {
    const { socket, received } = await dial(await listen({ handler: readBody, limits: pace }));
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n');
    for (let i = 0; i < 10; i++) {
      await sleep(100);
      socket.write('0123456789');
    }
    await expect.poll(received).toContain('all of it');
  });

  it('does not blame a client for a server that does not read, nor one that was not told to go on', async () => {
    const started = Promise.withResolvers<void>();
    const handler: RequestListener = (request, response) =>
      void started.promise.then(() => readBody(request, response));
    const listener = await listen({ handler, limits: pace });
    const body = 'a'.repeat(1_000_000);
    const [hasty, patient] = [await dial(listener), await dial(listener)];
    hasty.socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    patient.socket.write(asking);
    await sleep(1_000);
    started.resolve();
    await expect.poll(hasty.received).toContain('all of it');
    await expect.poll(patient.received).toContain('100 Continue');
    patient.socket.write('body');
    await expect.poll(patient.received).toContain('all of it');
  });

  it('ends a connection whose body nobody reads and nobody sends', async () => {
    const { socket, ended } = await dial(await listen({ handler: () => {}, limits: pace }));
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n');
    await expect(ended).resolves.toBeUndefined();
  });

  const content = Buffer.alloc(64 * 1024 * 1024, 'content');
  const sendContent =
    (onClosed: () => void): RequestListener =>
    (_, response) => {
      const stream = Readable.from(
        (function* () {
          for (let at = 0; at < content.length; at += 262_144) yield content.subarray(at, at + 262_144);
        })(),
      );
      response.once('close', () => {
        stream.destroy();
        onClosed();
      });
      response.emit(contentBegins);
      stream.pipe(response);
    };

  it('gives up an answer that nobody reads', async () => {
    const closed = Promise.withResolvers<void>();
    const handler = sendContent(closed.resolve);
    const { socket } = await dial(await listen({ handler, limits: { sendTimeout: 300 } }));
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect(closed.promise).resolves.toBeUndefined();
  });

  it('goes on with an answer that is read slowly', async () => {
    const handler = sendContent(() => {});
    const { socket } = await dial(await listen({ handler, limits: { sendTimeout: 600 } }));
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), bytes < 6_000_000 ? 20 : 0);
    });
    const begin = performance.now();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => bytes, { timeout: 20_000 }).toBeGreaterThan(content.length);
    expect(performance.now() - begin).toBeGreaterThan(1_200);
  });

  it('answers what arrives at once on one connection one after the other', async () => {
    let [running, most] = [0, 0];
    const listener = await listen({
      handler: (request, response) => {
        running += 1;
        most = Math.max(most, running);
        setTimeout(() => {
          running -= 1;
          response.end(`answer ${request.url}`);
        }, 5);
      },
    });
    const { socket, received } = await dial(listener);
    const requests = Array.from({ length: 20 }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: x\r\n\r\n`);
    socket.write(requests.join(''));
    await expect.poll(received).toContain('answer /19');
    expect(received().match(/answer \/\d+/g)).toEqual(requests.map((_, i) => `answer /${i}`));
    expect(most).toBe(1);
  });

  it.each([
    [101, true],
    [102, false],
  ])('%i requests at once on one connection are answered: %s', async (count, isAnswered) => {
    const hold = Promise.withResolvers<void>();
    const listener = await listen({
      handler: (_request, response) => void hold.promise.then(() => response.end('fine')),
    });
    const { socket, received, ended } = await dial(listener);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count));
    await sleep(200);
    hold.resolve();
    if (isAnswered) await expect.poll(() => received().match(/fine/g)?.length).toBe(count);
    else await ended;
    expect(received() !== '').toBe(isAnswered);
  });

  it('stops taking connections, ends idle ones and finishes what is under way', async () => {
    const waiting = Promise.withResolvers<void>();
    const listener = await listen({
      handler: (request, response) => {
        if (request.url === '/slow') void waiting.promise.then(() => response.end('slow'));
        else response.end('quick');
      },
    });
    const [idle, busy] = [await dial(listener), await dial(listener)];
    idle.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    busy.socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(idle.received).toContain('quick');

    listener.stop();

    await idle.ended;
    await expect(httpRequest(`http://127.0.0.1:${listener.port}`)).rejects.toThrow('ECONNREFUSED');
    waiting.resolve();
    await busy.ended;
    expect(busy.received()).toContain('slow');
  });
});

describe('freeChunk', () => {
  const request = new IncomingMessage(new Socket());

  it.each<[string, number, Readable, Buffer]>([
    ['frees a chunk of a request', 0, request, Buffer.allocUnsafeSlow(8)],
    ['leaves alone what is a part of other memory', 8, request, Buffer.alloc(10).subarray(2)],
    ['leaves alone what other threads see', 8, request, Buffer.from(new SharedArrayBuffer(8))],
    ['leaves alone what somebody else made', 8, Readable.from([]), Buffer.allocUnsafeSlow(8)],
  ])('%s', (_, left, stream, chunk) => {
    freeChunk(stream, chunk);
    expect(chunk.length).toBe(left);
  });
});
