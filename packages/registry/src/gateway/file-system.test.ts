import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { openFile } from './file-system.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-open-file-'));
  path = join(folder, 'file');
});

afterEach(async () => await rm(folder, { recursive: true }));

it('writes, reads, cuts and tells the size', async () => {
  await using file = await openFile(path, 'wx+', 0o600);
  const into = Buffer.alloc(5);

  expect(await file.write(Buffer.from('[hello]'), 1, 5, 2)).toEqual({ bytesWritten: 5 });
  expect(await file.read(into, 1, 4, 3)).toEqual({ bytesRead: 4 });
  expect(into.toString()).toBe('\0ello');
  await file.truncate(4);
  await file.datasync();
  expect(await file.stat()).toMatchObject({ size: 4, nlink: 1 });
  expect(await readFile(path, 'utf8')).toBe('\0\0he');
});

it('says what the system says', async () => {
  await expect(openFile(join(folder, 'none'), 'r+')).rejects.toMatchObject({ code: 'ENOENT' });
  await using file = await openFile(path, 'wx');
  await expect(openFile(path, 'wx')).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(file.read(Buffer.alloc(1), 0, 1, 0)).rejects.toMatchObject({ code: 'EBADF' });
});

it('closes once, after what is being done', async () => {
  const file = await openFile(path, 'wx');
  const written = file.write(Buffer.alloc(1_000_000), 0, 1_000_000, 0);
  const closed = [file.close(), file.close()];

  expect(await written).toEqual({ bytesWritten: 1_000_000 });
  await Promise.all(closed);
});

it('does nothing with a descriptor that may be somebody else’s by now', async () => {
  const file = await openFile(path, 'wx');
  await file.close();
  await using other = await openFile(join(folder, 'other'), 'wx');

  for (const use of [file.datasync(), file.truncate(0), file.stat(), file.write(Buffer.alloc(1), 0, 1, 0)]) {
    await expect(use).rejects.toThrow('the file is closed');
  }
  expect(await other.stat()).toMatchObject({ size: 0 });
});
