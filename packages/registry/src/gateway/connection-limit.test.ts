import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { connectionsFor, idleFilesFor, limitConnections } from './connection-limit.ts';
import { listenHttp } from './http.ts';

describe('connections for a limit of open files', () => {
  it.each([
    [undefined, 10_000],
    [1_048_576, 10_000],
    [20_104, 10_000],
    [20_000, 9948],
    [1024, 460],
    [64, 10],
    [20, 4],
  ])('%s: %i', (openFiles, connections) => {
    expect(connectionsFor(openFiles)).toBe(connections);
  });
});

describe('files that may stay open for a limit of open files', () => {
  it.each([
    [undefined, 64],
    [1_048_576, 64],
    [1024, 64],
    [1023, 63],
    [64, 4],
    [15, 0],
  ])('%s: %i', (openFiles, files) => {
    expect(idleFilesFor(openFiles)).toBe(files);
  });
});

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

interface Peer {
  readonly socket: Socket;
  received(): string;
  isClosed(): boolean;
}

describe('a limit of connections over two listeners', () => {
  let refused: number;

  async function listenTwice(most: number, handler: RequestListener): Promise<() => Promise<Peer>> {
    refused = 0;
    const connections = limitConnections(most, () => (refused += 1));
    const malformed = () => ({ status: 400, headers: {}, body: '' });
    const listen = async () =>
      await listenHttp({ host: '127.0.0.1', port: 0, handler, connections, malformed });
    const listeners = [await listen(), await listen()];
    for (const listener of listeners) open.push(async () => await listener.close());
    let next = 0;
    return async () => await dial(listeners[next++ % 2]!.port);
  }

  async function dial(port: number): Promise<Peer> {
    const socket = connect(port, '127.0.0.1');
    open.push(() => socket.destroy());
    let [text, isClosed] = ['', false];
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => (isClosed = true));
    return { socket, received: () => text, isClosed: () => isClosed };
  }

  const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const fine: RequestListener = (_, response) => response.end('fine');

  it('ends the one that is idle for longest for a new one', async () => {
    const open = await listenTwice(3, fine);
    const peers = [await open(), await open(), await open()];
    for (const { socket, received } of peers) {
      socket.write(get);
      await expect.poll(received).toContain('fine');
    }
    expect(refused).toBe(0);
    // The second is idle for longest once the first has asked again.
    peers[0]!.socket.write(get);
    await expect.poll(() => peers[0]!.received().match(/fine/g)).toHaveLength(2);
    const fourth = await open();
    fourth.socket.write(get);
    await expect.poll(fourth.received).toContain('fine');
    expect(peers.map(({ isClosed }) => isClosed())).toEqual([false, true, false]);
    expect(refused).toBe(1);
  });

  it('refuses a new one while all others are in use, and takes one when an answer is out', async () => {
    const hold: (() => void)[] = [];
    const open = await listenTwice(2, (_, response) => hold.push(() => response.end('late')));
    const busy = [await open(), await open()];
    for (const { socket } of busy) socket.write(get);
    await expect.poll(() => hold.length).toBe(2);
    const third = await open();
    await expect.poll(third.isClosed).toBe(true);
    hold[0]!();
    await expect.poll(busy[0]!.received).toContain('late');
    const fourth = await open();
    fourth.socket.write(get);
    await expect.poll(() => hold.length).toBe(3);
    hold[1]!();
    await expect.poll(busy[1]!.received).toContain('late');
    expect(refused).toBe(2);
  });
});
