import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { BlobReader } from '../store/blob/index.ts';
import { sendContent } from './send-content.ts';

const large = createHash('shake256', { outputLength: 3_000_017 }).update('ashlar').digest();

let app: FastifyInstance;
let port: number;
let closed: number;
let read: number;

/** Reads from memory; what happens before a read is up to `before`, which gets how many bytes were read. */
function memoryReader(bytes: Buffer, before: (done: number) => Promise<void> = async () => {}): BlobReader {
  let done = 0;
  return {
    async read(into) {
      await before(done);
      const size = bytes.copy(into, 0, done);
      done += size;
      read = done;
      return size;
    },
    close: async () => void closed++,
  };
}

beforeEach(async () => {
  closed = 0;
  read = 0;
  app = fastify();
  const serve = (url: string, length: number, open: () => BlobReader) => {
    app.get(url, async (request, reply) => {
      void reply.header('content-length', length).header('content-type', 'application/octet-stream');
      await sendContent(request, reply, open(), length);
      return reply;
    });
  };
  const failAt = (position: number) => async (done: number) => {
    if (done >= position) throw new Error('the disk broke');
  };
  serve('/large', large.length, () => memoryReader(large));
  serve('/slow', large.length, () => memoryReader(large, async () => await sleep(1)));
  serve('/empty', 0, () => memoryReader(Buffer.alloc(0)));
  serve('/short', large.length + 1, () => memoryReader(large));
  serve('/long', large.length - 1, () => memoryReader(large));
  serve('/broken-at-once', large.length, () => memoryReader(large, failAt(0)));
  serve('/broken-later', large.length, () => memoryReader(large, failAt(1_000_000)));
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
});

afterEach(async () => {
  await app.close();
});

async function get(path: string): Promise<{ status: number; bytes: Buffer }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

/** Sends a request and reads nothing of the answer. */
async function ask(path: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.pause().write(`GET ${path} HTTP/1.1\r\nhost: here\r\n\r\n`);
  return socket;
}

it('sends what is read, to many at once, each its own', async () => {
  const paths = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? '/large' : '/slow'));

  for (const { status, bytes } of await Promise.all(paths.map(get))) {
    expect([status, bytes.equals(large)]).toEqual([200, true]);
  }
  expect(closed).toBe(20);
});

it('sends nothing of what is empty, over a connection that goes on', async () => {
  expect(await get('/empty')).toEqual({ status: 200, bytes: Buffer.alloc(0) });
  expect((await get('/large')).bytes.equals(large)).toBe(true);
});

it('answers what goes wrong before the first piece', async () => {
  expect((await get('/broken-at-once')).status).toBe(500);
  expect(closed).toBe(1);
});

it.each(['/broken-later', '/short', '/long'])('breaks off %s', async (path) => {
  await expect(get(path)).rejects.toThrow('terminated');
  await vi.waitFor(() => expect(closed).toBe(1));
  expect((await get('/large')).bytes.equals(large)).toBe(true);
});

it('reads no further than one piece ahead of who reads nothing, and closes when the connection ends', async () => {
  const socket = await ask('/large');
  await vi.waitFor(() => expect(read).toBeGreaterThan(0));
  await sleep(100);
  const before = read;
  await sleep(100);
  expect(read).toBe(before);

  socket.destroy();
  await vi.waitFor(() => expect(closed).toBe(1));
  expect((await get('/large')).bytes.equals(large)).toBe(true);
});
