import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { checkPlace, placeOf, rememberPlace } from './blob-place.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-place-'));
});
afterEach(async () => await rm(folder, { recursive: true }));

it.each([
  [undefined, undefined],
  ['s3://modules', 's3://modules'],
  ['s3://modules/', 's3://modules'],
  ['s3://modules/a/b/?region=eu-central-1&endpoint=https://minio/', 's3://modules/a/b'],
])('of %s is %s', (url, place) => expect(placeOf(url)).toBe(place));

it('is free in an empty folder, and in one that is not there', async () => {
  for (const place of [undefined, 's3://modules']) {
    await expect(checkPlace(folder, place)).resolves.toBeUndefined();
    await expect(checkPlace(join(folder, 'absent'), place)).resolves.toBeUndefined();
  }
});

it('is that of the files that are there', async () => {
  await mkdir(join(folder, 'sha512/ab'), { recursive: true });
  await mkdir(join(folder, 'sha256'));

  await checkPlace(folder, undefined);
  await expect(checkPlace(folder, 's3://modules')).rejects.toThrow(
    `blobs: the content of ${folder} is in files. Start without --blobs (ASHLAR_BLOBS), or move the content first.`,
  );
});

it('is remembered until it changes', async () => {
  await writeFile(join(folder, 'place.new'), 'half of what a cra');
  await rememberPlace(folder, 's3://modules/a');
  await rememberPlace(folder, 's3://modules/a');
  await checkPlace(folder, 's3://modules/a');
  for (const other of [undefined, 's3://modules', 's3://other/a']) {
    await expect(checkPlace(folder, other)).rejects.toThrow(
      `blobs: the content of ${folder} is in s3://modules/a. Start with --blobs s3://modules/a and`,
    );
  }

  await rememberPlace(folder, undefined);
  expect(await readdir(folder)).toEqual([]);
  await checkPlace(folder, undefined);
});
