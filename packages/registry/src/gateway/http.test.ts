import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { type HttpListener, type HttpListenerOptions, httpRequest, listenHttp } from './http.ts';

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
