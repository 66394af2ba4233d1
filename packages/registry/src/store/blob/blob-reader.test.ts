import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { describe, expect, it } from 'vitest';

import { type BlobReader, checkedReader, givePiece, readableOf, readerOf, takePiece } from './blob-reader.ts';

/** Gives texts away, one with each read, and says how often it was closed. */
function textReader(...texts: string[]): BlobReader & { closed(): number } {
  let closed = 0;
  return {
    read: async (into) => into.write(texts.shift() ?? ''),
    close: async () => void closed++,
    closed: () => closed,
  };
}

/** The texts that came out, and the error that ended it. */
async function readAll(reader: BlobReader, size = 100): Promise<string[]> {
  const texts: string[] = [];
  const memory = Buffer.alloc(size);
  try {
    for (let length = 1; length > 0;) {
      length = await reader.read(memory);
      texts.push(memory.toString('utf8', 0, length));
    }
  } catch (error) {
    texts.push(String(error));
  }
  return texts;
}

describe('a checked reader', () => {
  const error = () => new Error('wrong');
  const right = async () => true;
  const wrong = async () => false;

  it('shows all that it reads, and asks once, before it gives the last piece away', async () => {
    const events: string[] = [];
    const isRight = async () => {
      events.push('asked');
      return true;
    };
    const see = (piece: Buffer) => events.push(piece.toString());
    const reader = checkedReader(textReader('one', 'two'), 6, isRight, { error, see });

    expect(await readAll(reader)).toEqual(['one', 'two', '']);
    expect(events).toEqual(['one', 'two', 'asked']);
    expect(await readAll(reader)).toEqual(['']);
  });

  it.each<[string, string[], number, string[]]>([
    ['what is wrong', ['one', 'two'], 6, ['one', 'Error: wrong']],
    ['what is one piece', ['one'], 3, ['Error: wrong']],
    ['what is empty', [], 0, ['Error: wrong']],
    ['what ends early', ['one'], 6, ['one', 'Error: wrong']],
  ])('holds back the last piece of %s', async (_, texts, length, shown) => {
    expect(await readAll(checkedReader(textReader(...texts), length, wrong, { error }))).toEqual(shown);
  });

  it('breaks when there is more than was checked', async () => {
    const reader = checkedReader(textReader('one', 'two'), 3, right, { error });

    expect(await readAll(reader)).toEqual(['one', 'Error: wrong']);
  });

  it('closes what it reads', async () => {
    const reader = textReader();
    await checkedReader(reader, 3, right, { error }).close();

    expect(reader.closed()).toBe(1);
  });
});

describe('a reader as a stream', () => {
  it('gives all, and closes the reader at the end', async () => {
    const reader = textReader('one', 'two');

    expect((await buffer(readableOf(reader))).toString()).toBe('onetwo');
    expect(reader.closed()).toBe(1);
  });

  it('closes the reader when nobody reads on, and fails when it does', async () => {
    const left = textReader('one', 'two');
    for await (const _ of readableOf(left)) break;
    expect(left.closed()).toBe(1);

    const broken = { ...textReader(), read: async () => await Promise.reject(new Error('broken')) };
    await expect(buffer(readableOf(broken))).rejects.toThrow('broken');
  });
});

it('reads a stream in pieces of any size, and ends it', async () => {
  const stream = Readable.from([Buffer.from('one'), Buffer.alloc(0), Buffer.from('two')]);
  const reader = readerOf(stream);

  expect(await readAll(reader, 2)).toEqual(['on', 'e', 'tw', 'o', '']);
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.from('more');
    })(),
  );
  const begun = readerOf(endless);
  await begun.read(Buffer.alloc(2));
  await begun.close();
  expect(endless.destroyed).toBe(true);
});

it('uses the memory of pieces again, and only so much of it stays', () => {
  const pieces = Array.from({ length: 100 }, takePiece);
  for (const piece of pieces) givePiece(piece);

  const again = Array.from({ length: 100 }, takePiece);

  expect(again.filter((piece) => pieces.includes(piece))).toHaveLength(32);
});
