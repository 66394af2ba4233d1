import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

import { afterEach, expect, it } from 'vitest';

import { limitUnread } from './unread-answers.ts';

const MiB = 1024 * 1024;
const open: (() => unknown)[] = [];
afterEach(() => {
  for (const close of open.splice(0).toReversed()) close();
});

interface Peer {
  readonly socket: Socket;
  isClosed(): boolean;
}

async function listen(most: number, onEnded: () => void): Promise<Server> {
  const unread = limitUnread(most, onEnded);
  const server = createServer((request, response) => {
    unread.guard(response);
    response.end(Buffer.alloc(Number(request.url!.slice(1)) * MiB));
  }).listen(0, '127.0.0.1');
  open.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

/** A client that asks and reads nothing. */
async function ask(server: Server, megabytes: number): Promise<Peer> {
  const answered = new Promise((resolve) =>
    server.prependOnceListener('request', (_, response) => response.once('prefinish', resolve)),
  );
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  let isClosed = false;
  socket.on('error', () => {});
  socket.on('close', () => (isClosed = true));
  open.push(() => socket.destroy());
  socket.write(`GET /${megabytes} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await answered;
  return { socket, isClosed: () => isClosed };
}

it('ends the answer that waits for longest when too much waits', async () => {
  let ended = 0;
  const server = await listen(50 * MiB, () => (ended += 1));
  const peers = [await ask(server, 20), await ask(server, 20)];
  expect(ended).toBe(0);
  const third = await ask(server, 20);

  // Who reads nothing does not learn that it ended before it reads.
  for (const { socket } of [...peers, third]) socket.resume();
  await expect.poll(() => peers[0]!.isClosed()).toBe(true);
  expect([ended, peers[1]!.isClosed(), third.isClosed()]).toEqual([1, false, false]);
});

it('forgets what was read', async () => {
  let ended = 0;
  const server = await listen(50 * MiB, () => (ended += 1));
  for (let i = 0; i < 4; i++) {
    const { socket } = await ask(server, 20);
    let left = 20 * MiB;
    socket.on('data', (chunk: Buffer) => (left -= chunk.length)).resume();
    await expect.poll(() => left).toBeLessThan(1);
  }
  expect(ended).toBe(0);
});

it('ends an answer that is too much by itself', async () => {
  let ended = 0;
  const server = await listen(50 * MiB, () => (ended += 1));
  const { socket, isClosed } = await ask(server, 60);
  socket.resume();

  await expect.poll(isClosed).toBe(true);
  expect(ended).toBe(1);
});
