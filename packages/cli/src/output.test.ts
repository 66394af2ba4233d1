import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { createOutput } from './output.ts';

let written: string[];
const { stdout, stderr } = process;
const terminals = [stdout, stderr].map((stream) => [stream, stream.isTTY] as const);

beforeEach(() => {
  written = [];
  for (const stream of [stdout, stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const [stream, isTTY] of terminals) stream.isTTY = isTTY;
});

const hostile = '\u001B[2Jname\u202E\u0007\r.';
const shown = '\u{fffd}[2Jname\u{fffd}\u{fffd}\u{fffd}.';

it('shows nothing that steers a terminal, whoever says it', () => {
  const output = createOutput({}, {});
  output.result({}, () => [hostile, 'next']);
  output.text(hostile);
  output.note(hostile);
  output.warn(hostile);
  output.fail('ASH-X', hostile);

  expect(written).toEqual([
    `${shown}\nnext\n`,
    `${shown}\n`,
    `${shown}\n`,
    `warning: ${shown}\n`,
    `error: ${shown}\ncode: ASH-X\n`,
  ]);
});

it('keeps its own colours on a terminal, and no others', () => {
  for (const stream of [stdout, stderr]) stream.isTTY = true;
  const output = createOutput({}, {});
  output.result({}, () => [`${output.style('bold', `a${hostile}`)} b\u001B[8m`, output.style('red', 'c')]);

  expect(written).toEqual([`\u001B[1ma${shown}\u001B[22m b\u{fffd}[8m\n\u001B[31mc\u001B[39m\n`]);
});

it('escapes them in JSON', () => {
  const output = createOutput({ json: true }, {});
  output.result({ hostile }, () => []);

  expect(written[0]).toContain(String.raw`"\u001b[2Jname\u202e\u0007\r."`);
  expect(JSON.parse(written[0]!)).toEqual({ hostile });
});
