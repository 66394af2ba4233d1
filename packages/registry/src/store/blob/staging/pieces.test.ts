import { PassThrough, Readable } from 'node:stream';

import { expect, it } from 'vitest';

import { type Pieces, piecesOf } from './pieces.ts';

const pieceBytes = 512 * 1024;

it.each<[string, number[], number[]]>([
  ['nothing', [], []],
  ['empty chunks', [0, 0], []],
  ['small chunks', Array.from({ length: 100 }, () => 7), [700]],
  ['chunks that fill a piece', [pieceBytes - 1, 1], [pieceBytes]],
  ['chunks that do not fit', [pieceBytes - 1, 2, 5], [pieceBytes, 6]],
  ['a chunk larger than several pieces', [2 * pieceBytes + 9, 1], [pieceBytes, pieceBytes, 10]],
])('gathers %s', async (_, chunks, expected) => {
  const bytes = numbered(chunks.reduce((sum, size) => sum + size, 0));
  let at = 0;
  const parts = chunks.map((size) => bytes.subarray(at, (at += size)));

  const pieces = await all(piecesOf(Readable.from(parts, { objectMode: false })));

  expect(pieces.map(({ length }) => length)).toEqual(expected);
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
});

it('gives what arrived before the stream broke, then its error', async () => {
  const stream = new PassThrough();
  const pieces = piecesOf(stream);
  const first = pieces.next();
  stream.write('hello');
  setImmediate(() => stream.destroy(new Error('broken')));

  expect(Buffer.from((await first)!).toString()).toBe('hello');
  await expect(pieces.next()).rejects.toThrow('broken');
  pieces.stop();
});

it('fills the next piece while one is worked on, and leaves that one as it is', async () => {
  const stream = new PassThrough({ highWaterMark: 4 * pieceBytes });
  const pieces = piecesOf(stream);
  stream.write(Buffer.alloc(pieceBytes, 'a'));
  const first = await pieces.next();
  stream.end(Buffer.alloc(pieceBytes, 'b'));
  await new Promise((resolve) => setImmediate(resolve));

  expect(stream.readableLength).toBe(0);
  expect(first!.every((byte) => byte === 'a'.charCodeAt(0))).toBe(true);
  expect(Buffer.from((await pieces.next())!).equals(Buffer.alloc(pieceBytes, 'b'))).toBe(true);
  pieces.stop();
});

it('takes no more of a stream than two pieces, and leaves it to others when it stops', async () => {
  const stream = new PassThrough({ highWaterMark: 8 * pieceBytes });
  for (const letter of 'abcd') stream.write(Buffer.alloc(pieceBytes, letter));
  const pieces = piecesOf(stream);
  await pieces.next();
  await new Promise((resolve) => setImmediate(resolve));

  expect(stream.readableLength).toBe(2 * pieceBytes);
  pieces.stop();
  stream.end();
  expect(Buffer.concat(await stream.toArray()).toString()).toBe(
    'c'.repeat(pieceBytes) + 'd'.repeat(pieceBytes),
  );
});

it('leaves the chunks of whoever made the stream as they are', async () => {
  const chunk = Buffer.from(new Uint8Array(100).fill(7).buffer);
  await all(piecesOf(Readable.from([chunk], { objectMode: false })));

  expect(chunk).toEqual(Buffer.alloc(100, 7));
});

async function all(pieces: Pieces): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for (let piece = await pieces.next(); piece !== undefined; piece = await pieces.next())
    found.push(Buffer.from(piece));
  pieces.stop();
  return found;
}

function numbered(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255));
}
