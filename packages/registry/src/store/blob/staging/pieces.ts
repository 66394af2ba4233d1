import { finished, type Readable } from 'node:stream';

import { freeChunk } from '../../../gateway/http.ts';

/** Measured: larger writes are not faster. */
const pieceBytes = 512 * 1024;
/** Two pieces: one fills while the other is written. */
const memoryBytes = 2 * pieceBytes;
/** Memory that is kept for the next streams. */
const mostSpare = 16;
const spare: Buffer[] = [];

/** A stream in few large pieces. */
export interface Pieces {
  /**
   * The next piece, which holds until the next call; undefined at the end. When the stream breaks, what arrived before
   * still comes out.
   * @throws the error of the stream
   */
  next(): Promise<Uint8Array | undefined>;
  /** Leaves the stream alone. The last piece must not be in use any more. */
  stop(): void;
}

/**
 * Gathers a stream, which is never destroyed: it may be a request whose socket still has to carry the answer. What
 * arrives is copied into memory that is used again and again, so that the chunks can be freed at once.
 */
export function piecesOf(stream: Readable): Pieces {
  const memory = spare.pop() ?? Buffer.allocUnsafeSlow(memoryBytes);
  const halves = [memory.subarray(0, pieceBytes), memory.subarray(pieceBytes)] as const;
  let filling: 0 | 1 = 0;
  let filled = 0;
  /** A chunk that did not fit, and how much of it is in the pieces before. */
  let rest: { readonly chunk: Uint8Array; readonly from: number } | undefined;
  let end: { readonly error: Error | undefined } | undefined;
  let onChange: (() => void) | undefined;

  function fill(chunk: Uint8Array, from: number): void {
    const to = Math.min(chunk.length, from + pieceBytes - filled);
    halves[filling].set(chunk.subarray(from, to), filled);
    filled += to - from;
    rest = to < chunk.length ? { chunk, from: to } : undefined;
    if (rest === undefined) freeChunk(stream, chunk);
  }

  function onData(chunk: Uint8Array): void {
    fill(chunk, 0);
    if (filled < pieceBytes) return;
    stream.pause();
    onChange?.();
  }

  const forget = finished(stream, { writable: false }, (error) => {
    end = { error: error ?? undefined };
    onChange?.();
  });
  stream.on('data', onData);

  return {
    async next() {
      if (end === undefined && filled < pieceBytes) {
        stream.resume();
        await new Promise<void>((resolve) => (onChange = resolve));
        onChange = undefined;
      }
      if (filled === 0 && end !== undefined) {
        if (end.error) throw end.error;
        return undefined;
      }
      const piece = halves[filling].subarray(0, filled);
      filling = filling === 0 ? 1 : 0;
      filled = 0;
      if (rest !== undefined) fill(rest.chunk, rest.from);
      // Goes on while the piece is worked on.
      if (filled < pieceBytes && end === undefined) stream.resume();
      return piece;
    },
    stop() {
      forget();
      stream.off('data', onData);
      if (end === undefined) stream.pause();
      if (spare.length < mostSpare) spare.push(memory);
    },
  };
}
