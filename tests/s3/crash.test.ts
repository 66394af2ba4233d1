import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { type S3Service, startS3 } from '../support/s3/service.ts';
import { crashLoop } from './crash-loop.ts';

/** `ASHLAR_RUNS=30` for the long form. */
const iterations = Number(process.env['ASHLAR_RUNS'] ?? 6);
const seed = process.env['ASHLAR_SEED'] ?? String(Date.now());

let service: S3Service;
let parent: string;

beforeAll(async () => {
  service = await startS3();
  parent = await mkdtemp(join(tmpdir(), 'ashlar-crash-'));
});
afterAll(async () => {
  await service.stop();
  await rm(parent, { recursive: true });
});

it(
  `loses nothing that it acknowledged when it is killed (${iterations} times, seed ${seed})`,
  { timeout: 30_000 + iterations * 20_000 },
  async () => {
    const result = await crashLoop(join(parent, 'data'), service, { iterations, seed });

    console.log(`crash loop on S3: ${JSON.stringify(result)}`);
    expect(result.violations).toEqual([]);
    expect(result.acknowledged).toBeGreaterThan(0);
    expect(result.pushes).toBeGreaterThan(result.acknowledged);
  },
);
