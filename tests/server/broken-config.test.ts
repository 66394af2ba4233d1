import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run } from '../support/run.ts';
import { brokenConfigs, prepareConfigs } from './broken-config.ts';

const bin = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-broken-'));
  await prepareConfigs(folder);
});
afterAll(async () => await rm(folder, { recursive: true }));

describe('F-23: ashlar serve refuses', () => {
  it.each(brokenConfigs)('%s', async (_, { args = '', env = {}, exit = 2 }, line) => {
    const data = join(folder, `data-${Math.random()}`);
    const before = await readdir(folder);

    const { exitCode, stdout, stderr } = await run(
      process.execPath,
      [bin, 'serve', ...args.split(' ').filter(Boolean)],
      {
        cwd: folder,
        env: { ASHLAR_DATA: data, ASHLAR_LISTEN: '127.0.0.1:0', ASHLAR_LISTEN_TLS: '127.0.0.1:0', ...env },
      },
    );

    expect({ exitCode, stdout }).toEqual({ exitCode: exit, stdout: '' });
    const [, message, code] = /^error: ([^]+)\ncode: (ASH-[A-Z-]+)\n$/.exec(stderr) ?? [];
    expect(message, stderr).toMatch(line);
    expect(code).toMatch(exit === 2 ? /^ASH-CONFIG$/ : /^ASH-(?:LISTEN|DATA-FORMAT)$/);
    // A stack would mean that nobody thought of it.
    expect(stderr).not.toMatch(/\n {4}at /);
    // Never partly started: a wrong configuration leaves nothing behind.
    if (exit === 2) expect([existsSync(data), await readdir(folder)]).toEqual([false, before]);
  });
});
