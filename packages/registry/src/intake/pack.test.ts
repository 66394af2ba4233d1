import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';
import yauzl from 'yauzl';

import { sha256 } from './content-digest.ts';
import type { ModuleFile } from './module-file.ts';
import { packTarGz, packZip } from './pack.ts';

const files: ModuleFile[] = [
  { path: 'run.sh', executable: true, bytes: Buffer.from('#!/bin/sh\n'.repeat(20)) },
  { path: 'main.tf', executable: false, bytes: Buffer.from('') },
];

describe('packZip', () => {
  it('writes sorted entries without dates, owners and extra fields', async () => {
    const zip = await yauzl.fromBufferPromise(await packZip(files));
    const entries: unknown[] = [];
    for await (const entry of zip.eachEntry()) {
      entries.push({
        name: entry.fileName,
        mode: (entry.externalFileAttributes >>> 16).toString(8),
        date: [entry.lastModFileDate, entry.lastModFileTime],
        method: entry.compressionMethod,
        extra: entry.extraFields,
      });
    }

    expect(entries).toEqual([
      { name: 'main.tf', mode: '100644', date: [0x21, 0], method: 0, extra: [] },
      { name: 'run.sh', mode: '100755', date: [0x21, 0], method: 8, extra: [] },
    ]);
  });

  it('packs nothing as an empty zip', async () => {
    expect(await packZip([])).toEqual(Buffer.from(`PK\x05\x06${'\x00'.repeat(18)}`, 'latin1'));
  });
});

describe('packTarGz', () => {
  it('writes no date and an unknown operating system', async () => {
    const header = (await packTarGz(files)).subarray(0, 10);

    expect(header).toEqual(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]));
  });
});

it.each(['UTC', 'America/Los_Angeles', 'Pacific/Kiritimati'])(
  'the time zone %s does not count',
  async (zone) => {
    const script = `
    const { packZip, packTarGz } = await import('./pack.ts');
    const { sha256 } = await import('./content-digest.ts');
    const files = [{ path: 'a', executable: false, bytes: Buffer.from('a') }];
    console.log(sha256(await packZip(files)), sha256(await packTarGz(files)));`;
    const file = { path: 'a', executable: false, bytes: Buffer.from('a') };

    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    });

    expect(printed.trim()).toBe(`${sha256(await packZip([file]))} ${sha256(await packTarGz([file]))}`);
  },
);
