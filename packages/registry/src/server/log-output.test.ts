import { setTimeout as sleep } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { openLogOutput, type WriteSome } from './log-output.ts';

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Takes at most `most` bytes at a time, and fails with the codes of `failures` first. */
function destination(failures: string[] = [], most = Infinity) {
  let text = '';
  const write: WriteSome = async (bytes) => {
    const code = failures.shift();
    if (code !== undefined && code !== '') throw failure(code);
    const taken = bytes.subarray(0, most);
    text += taken.toString();
    return taken.length;
  };
  return { write, text: () => text };
}

it('writes lines in order, also when the destination takes a few bytes at a time', async () => {
  const { write, text } = destination([], 3);
  const output = openLogOutput({ write });

  for (const line of ['one\n', 'zwölf\n', 'three\n']) output.write(line);

  expect(await output.flush(5_000)).toBe(true);
  expect([text(), output.dropped()]).toEqual(['one\nzwölf\nthree\n', 0]);
});

it('tries a full pipe again and loses nothing', async () => {
  const { write, text } = destination(['EAGAIN', 'EAGAIN']);
  const output = openLogOutput({ write });

  output.write('one\n');

  expect(await output.flush(5_000)).toBe(true);
  expect([text(), output.dropped()]).toEqual(['one\n', 0]);
});

it('keeps as many lines as the limit allows while nobody reads, and counts the others', async () => {
  let read = () => {};
  const isRead = new Promise<void>((resolve) => {
    read = resolve;
  });
  let text = '';
  const output = openLogOutput({
    limit: 30,
    write: async (bytes) => {
      await isRead;
      text += bytes.toString();
      return bytes.length;
    },
  });

  for (let index = 0; index < 5; index++) output.write(`line ${index} 10\n`);
  expect(output.dropped()).toBe(2);
  expect(await output.flush(20)).toBe(false);
  read();

  expect(await output.flush(5_000)).toBe(true);
  expect(text).toBe('line 0 10\nline 1 10\nline 2 10\n');
  output.write('line 5 10\n');
  expect(await output.flush(5_000)).toBe(true);
  expect([text.split('\n').at(-2), output.dropped()]).toEqual(['line 5 10', 2]);
});

it('goes on after a full disk; half a line stays half a line', async () => {
  const { write, text } = destination(['', 'ENOSPC'], 4);
  const output = openLogOutput({ write });

  output.write('torn line\n');
  await sleep(5);
  output.write('whole\n');

  expect(await output.flush(10_000)).toBe(true);
  expect([text(), output.dropped()]).toEqual(['torn\nwhole\n', 1]);
});
