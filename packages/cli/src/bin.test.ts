import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

import { run, start } from '../../../tests/support/run.ts';

const bin = resolve(import.meta.dirname, '../bin/ashlar.js');
const oldNode = '/usr/bin/node';
const oldVersion = (await run(oldNode, ['--version']).catch(() => undefined))?.stdout ?? '';
const isOld = /^v(?:1[89]|2[0-3])\./.test(oldVersion);

describe.skipIf(!isOld)(`under an older Node${isOld ? '' : ` (skipped: ${oldNode} is not one)`}`, () => {
  it('hands over to the one of the project, with the same exit code', async () => {
    const [version, wrong] = await Promise.all([
      run(oldNode, [bin, '--version']),
      run(oldNode, [bin, 'shw']),
    ]);

    expect([version.exitCode, version.stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('Unknown command')]);
  });

  it('passes on signals', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-bin-'));
    const args = ['serve', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--listen-tls', 'off'];
    const program = await start(oldNode, [bin, ...args, '--log-level', 'silent', '--shutdown-grace', '0s']);
    await program.waitFor(/serves http/);

    process.kill(program.pid, 'SIGTERM');

    expect(await program.ended).toEqual({ exitCode: 0, signal: null });
  });

  it('says what is missing where the project has none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-bin-'));
    mkdirSync(join(folder, 'bin'));
    cpSync(bin, join(folder, 'bin/ashlar.mjs'));

    const { exitCode, stderr } = await run(oldNode, [join(folder, 'bin/ashlar.mjs')]);

    expect([exitCode, stderr]).toEqual([
      5,
      expect.stringContaining('ashlar needs Node 24.15 or newer; this is v'),
    ]);
  });
});

it('runs through the link that npm makes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-bin-'));
  symlinkSync(bin, join(folder, 'ashlar'));

  expect((await run(join(folder, 'ashlar'), ['--version'])).exitCode).toBe(0);
});

const isLinux = process.platform === 'linux';
describe.skipIf(!isLinux)(
  `the threads for work with files${isLinux ? '' : ' (skipped: only Linux shows them)'}`,
  () => {
    it.each([
      ['sixteen', undefined, 16],
      ['as many as the environment says', '5', 5],
    ])('are %s', async (_, size, expected) => {
      const folder = mkdtempSync(join(tmpdir(), 'ashlar-bin-'));
      const args = [
        'serve',
        '--data',
        join(folder, 'data'),
        '--listen',
        '127.0.0.1:0',
        '--listen-tls',
        'off',
      ];
      const env = { UV_THREADPOOL_SIZE: size };
      await using program = await start(process.execPath, [bin, ...args, '--shutdown-grace', '0s'], { env });
      await program.waitFor(/serves http/);

      const tasks = `/proc/${program.pid}/task`;
      const names = readdirSync(tasks).map((id) => readFileSync(join(tasks, id, 'comm'), 'utf8').trim());
      expect(names.filter((name) => name === 'libuv-worker')).toHaveLength(expected);
    });
  },
);
