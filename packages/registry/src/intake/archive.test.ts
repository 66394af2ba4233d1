import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

import { AshlarError, type ErrorCode } from '@ashlar/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import yazl from 'yazl';

import { archiveLimits, type ArchiveLimits } from './archive-limits.ts';
import { readArchive } from './archive.ts';
import {
  pax,
  paxRecord,
  tarBytes,
  tarEnd,
  u16,
  u32,
  zipBytes,
  type TarSpec,
  type ZipEnd,
  type ZipSpec,
} from './hostile-archive.ts';
import type { ModuleFile } from './module-file.ts';
import { packTarGz, packZip } from './pack.ts';

const file = (path: string, text = '', executable = false): ModuleFile => ({
  path,
  executable,
  bytes: Buffer.from(text),
});

async function refusal(archive: Buffer, limits?: ArchiveLimits) {
  const result = await readArchive(archive, limits).catch((error: unknown) => error);
  if (!(result instanceof AshlarError)) return result;
  return { code: result.code, ...(result.params as object) };
}

/** The files, or undefined when they were refused with an error of the catalogue. */
async function filesOrRefusal(archive: Buffer): Promise<ModuleFile[] | undefined> {
  try {
    return await readArchive(archive);
  } catch (error) {
    expect(error).toBeInstanceOf(AshlarError);
    return undefined;
  }
}

const format = (reason: string) => ({ code: 'ASH-ARCHIVE-FORMAT', reason });
const badPath = (path: string, reason: string) => ({ code: 'ASH-ARCHIVE-PATH', path, reason });

describe('what is read', () => {
  const files = [file('a.tf', 'a'), file('b/run.sh', '#!', true), file('é.tf', 'ä')];
  const text = { 'b/run.sh': '#!', 'a.tf': 'a', 'é.tf': 'ä' };
  const mode = (name: string) => (name.endsWith('.sh') ? 0o100755 : 0o100644);
  const zipSpecs = Object.entries(text).map(([name, content]) => ({ name, text: content, mode: mode(name) }));
  const tarSpecs = Object.entries(text).map(([name, content]) => ({
    name,
    text: content,
    mode: mode(name) & 0o777,
  }));
  const withFolders = <Spec extends object>(specs: Spec[], folder: object) => [
    { name: 'b/', ...folder },
    ...specs,
  ];

  it.each<[string, Buffer]>([
    ['zip', zipBytes(zipSpecs)],
    ['zip, stored', zipBytes(zipSpecs.map((spec) => ({ ...spec, stored: true })))],
    ['zip with folders', zipBytes(withFolders(zipSpecs, { mode: 0o40755 }))],
    ['zip with a comment, as GitHub writes', zipBytes(zipSpecs, { comment: 'a61fc52' })],
    [
      'zip with names of unmarked UTF-8, as Info-ZIP writes',
      zipBytes(zipSpecs.map((spec) => ({ ...spec, fields: { flags: 0 } }))),
    ],
    [
      'zip with extra fields',
      zipBytes(zipSpecs.map((spec) => ({ ...spec, extra: u16(0x5455, 1, 0xff).subarray(0, 5) }))),
    ],
    ['zip with descriptors, as streams write', zipBytes(zipSpecs.map(deferred(true)))],
    ['zip with unsigned descriptors', zipBytes(zipSpecs.map(deferred(false)))],
    ['tar', tarBytes(tarSpecs)],
    ['tar.gz', gzipSync(tarBytes(tarSpecs))],
    ['tar.gz with file name and comment', gzipWith(0x18, 'a.tar\x00c\x00', tarBytes(tarSpecs))],
    ['tar of GNU', tarBytes(tarSpecs.map((spec) => ({ ...spec, magic: 'ustar  \x00' })))],
    ['tar with folders', tarBytes([{ name: './', type: '5' }, ...withFolders(tarSpecs, { type: '5' })])],
    ['tar of tar -C folder .', tarBytes(tarSpecs.map((spec) => ({ ...spec, name: `./${spec.name}` })))],
    ['tar of git archive', tarBytes([pax({ comment: 'a61fc52' }, 'g'), ...tarSpecs])],
    [
      'tar with pax names',
      tarBytes(tarSpecs.flatMap((spec) => [pax({ path: spec.name, mtime: '1.5' }), { ...spec, name: 'x' }])),
    ],
    ['tar with an equal pax size', tarBytes([pax({ size: '2' }), ...tarSpecs])],
    [
      'tar with GNU long names',
      tarBytes(
        tarSpecs.flatMap((spec) => [
          { name: '././@LongLink', type: 'L', text: `${spec.name}\x00` },
          { ...spec, name: 'x' },
        ]),
      ),
    ],
    ['tar padded to a tape block', tarBytes(tarSpecs, Buffer.alloc(10240))],
  ])('%s', async (_, archive) => {
    expect(await readArchive(archive)).toEqual(files);
  });

  it('joins prefix and name of ustar', async () => {
    expect(await readArchive(tarBytes([{ prefix: 'a/b', name: 'c.tf' }]))).toEqual([file('a/b/c.tf')]);
  });

  it('sorts by the bytes of the path', async () => {
    const names = ['\u{1f600}.tf', '\uffee.tf', 'b', 'B2', 'a/b', 'a.b'];

    const read = await readArchive(zipBytes(names.map((name) => ({ name }))));

    expect(read.map(({ path }) => path)).toEqual(['B2', 'a.b', 'a/b', 'b', '\uffee.tf', '\u{1f600}.tf']);
  });
});

function deferred(signed: boolean) {
  return (spec: { name: string; text: string; mode: number }): ZipSpec => {
    const bytes = Buffer.from(spec.text);
    const sums = u32(crc32(bytes), deflateRawSync(bytes).length, bytes.length);
    return {
      ...spec,
      fields: { flags: 0x0808 },
      local: { crc: 0, compressed: 0, size: 0 },
      after: signed ? Buffer.concat([u32(0x08074b50), sums]) : sums,
    };
  };
}

function gzipWith(flags: number, fields: string, content: Buffer): Buffer {
  const gzip = gzipSync(content);
  gzip[3] = flags;
  return Buffer.concat([gzip.subarray(0, 10), Buffer.from(fields, 'latin1'), gzip.subarray(10)]);
}

describe('names', () => {
  const control = 'it has a control character or an invisible one';
  const windows = 'it has a character that Windows does not allow: < > : " | ? *';
  const end = 'a segment ends in a dot or a space';
  const device = 'Windows reserves the name for a device';
  const table: [string | Buffer, string, string?][] = [
    ['../a', 'it has a .. segment'],
    ['a/../b', 'it has a .. segment'],
    ['a/..', 'it has a .. segment'],
    ['a/./b', 'it has a . segment'],
    ['././a', 'it has a . segment', './a'],
    ['.', 'it has a . segment'],
    ['a//b', 'it has an empty segment'],
    ['a//', 'it has an empty segment', 'a/'],
    ['/etc/passwd', 'it is absolute'],
    ['//host/share', 'it is absolute'],
    ['C:/a', 'it starts with a drive letter'],
    ['c:a', 'it starts with a drive letter'],
    ['..\\a', 'it has a backslash'],
    ['a\\b.tf', 'it has a backslash'],
    ['a\nb', control, 'a\\u{a}b'],
    ['a\x7fb', control, 'a\\u{7f}b'],
    ['a\u202eb', control, 'a\\u{202e}b'],
    ['a\u200bb', control, 'a\\u{200b}b'],
    ['a.tf:stream', windows],
    ['a?', windows],
    ['a*/b', windows],
    ['a.', end],
    ['a /b', end],
    ['...', end],
    ['CON', device],
    ['x/nul.tf', device],
    ['Aux.tar.gz/b', device],
    ['com1', device],
    ['LPT9 .txt', device],
    ['COM².tf', device],
    ['conin$', device],
    [Buffer.from([0x61, 0xff]), 'it is not UTF-8', 'a\ufffd'],
    [Buffer.from([0xc0, 0xaf]), 'it is not UTF-8', '\ufffd\ufffd'],
    [Buffer.from([0xed, 0xa0, 0x80]), 'it is not UTF-8', '\ufffd\ufffd\ufffd'],
  ];

  it.each(table)('zip refuses %j', async (name, reason, shown = name as string) => {
    const inTar = shown === './a' ? './' : '';

    expect(await refusal(zipBytes([{ name }]))).toEqual(badPath(`${inTar}${shown}`, reason));
  });

  it.each(table)('tar refuses %j', async (name, reason, shown = name as string) => {
    expect(await refusal(tarBytes([{ name }]))).toEqual(badPath(shown, reason));
  });

  it.each(['', 'a\x00b'])('zip refuses %j', async (name) => {
    const reason = name === '' ? 'it is empty' : control;

    expect(await refusal(zipBytes([{ name }]))).toEqual(badPath(name.replace('\x00', '\\u{0}'), reason));
  });

  it.each([
    ['a\x00b', 'a\\u{0}b', control],
    ['', '', 'it is empty'],
    ['../a', '../a', 'it has a .. segment'],
  ])('pax path %j is a name like others', async (path, shown, reason) => {
    expect(await refusal(tarBytes([pax({ path }), { name: 'ok' }]))).toEqual(badPath(shown, reason));
  });

  it.each(
    ['con.d/x', 'a..b', '.a', '..a', 'a b', ' a', 'nullable.tf', 'com10', 'a$b', 'ünï'].map((name) => [
      name === 'con.d/x' ? 'cond/x' : name,
    ]),
  )('takes %j', async (name) => {
    expect(await readArchive(zipBytes([{ name }]))).toEqual([file(name)]);
  });

  it('shows long names cut, with control characters escaped', async () => {
    expect(await refusal(zipBytes([{ name: `\x1b${'a'.repeat(200)}` }]))).toEqual(
      badPath(`\\u{1b}${'a'.repeat(113)}…`, control),
    );
  });
});

describe('names that are one file on some system', () => {
  it.each([
    ['a', 'a'],
    ['a.tf', 'A.tf'],
    ['é', 'e\u0301'],
    ['straße', 'STRASSE'],
    ['K', '\u212a'],
    ['ς', 'Σ'],
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['a/b', 'A'],
    ['a', 'A/B/c'],
    ['a', 'a/'],
    ['a/', 'A'],
  ])('%j and %j', async (first, second) => {
    const names = [first, second];
    const trimmed = second.replace(/\/$/, '');
    const expected = { code: 'ASH-ARCHIVE-DUPLICATE', path: trimmed, first: first.replace(/\/$/, '') };

    expect(await refusal(zipBytes(names.map((name) => ({ name, mode: 0 }))))).toEqual(expected);
    expect(await refusal(tarBytes(names.map((name) => ({ name }))))).toEqual(expected);
  });

  it('folders may be named again', async () => {
    const names = ['a/', 'a/', 'a/b', 'A/c'];

    expect(await readArchive(zipBytes(names.map((name) => ({ name, mode: 0 }))))).toEqual([
      file('A/c'),
      file('a/b'),
    ]);
  });
});

describe('entry types', () => {
  const special = (type: string) => ({ code: 'ASH-ARCHIVE-SPECIAL', path: 'x', type });
  const link = { code: 'ASH-ARCHIVE-LINK', path: 'x' };
  const setId = 'file with setuid or setgid rights';

  it.each<[number, object]>([
    [0o120777, link],
    [0o010644, special('FIFO')],
    [0o020644, special('character device')],
    [0o060644, special('block device')],
    [0o140644, special('socket')],
    [0o104755, special(setId)],
    [0o102755, special(setId)],
    [0o040755, format('its entry "x" is marked as a folder but its name does not end in a slash')],
  ])('zip, mode %o', async (mode, expected) => {
    expect(await refusal(zipBytes([{ name: 'x', mode }]))).toEqual(expected);
    expect(await refusal(zipBytes([{ name: 'x', mode, host: 0 }]))).toEqual(expected);
  });

  it.each<[TarSpec, object]>([
    [{ name: 'x', type: '1', link: 'y' }, link],
    [{ name: 'x', type: '2', link: 'y' }, link],
    [{ name: 'x', type: '3' }, special('character device')],
    [{ name: 'x', type: '4' }, special('block device')],
    [{ name: 'x', type: '6' }, special('FIFO')],
    [{ name: 'x', type: 'S' }, special('sparse file')],
    [{ name: 'x', type: '7' }, special('tar entry of the unknown type 7')],
    [{ name: 'x', type: '\x80' }, special('tar entry of the unknown type \\u{80}')],
    [{ name: 'x', mode: 0o4755 }, special(setId)],
    [{ name: 'x/', text: 'a' }, format('its entry "x/" is a folder with content')],
    [{ name: 'x', type: '5', text: 'a' }, format('its entry "x" is a folder with content')],
  ])('tar, %j', async (spec, expected) => {
    expect(await refusal(tarBytes([spec]))).toEqual(expected);
  });

  it('a link with a long name and a long target is still told as a link', async () => {
    const long = (type: string, text: string): TarSpec => ({
      name: '././@LongLink',
      type,
      text: `${text}\x00`,
    });

    expect(await refusal(tarBytes([long('K', 'target'), long('L', 'x'), { name: 'y', type: '2' }]))).toEqual(
      link,
    );
  });
});

describe('limits, at and one past', () => {
  const limits: ArchiveLimits = {
    compressed: 4000,
    unpacked: 3000,
    ratio: 4,
    ratioFrom: 2000,
    entries: 3,
    depth: 2,
    nameLength: 12,
  };
  const past = (code: ErrorCode, rest: object) => ({ code, ...rest });
  const noise = (size: number) =>
    Array.from({ length: size }, (_, at) => (at * 7919) % 95)
      .map((n) => String.fromCharCode(32 + n))
      .join('');
  const wide = { ...limits, ratio: 1000 };
  const stored = (size: number) => zipBytes([{ name: 'a', text: noise(size), stored: true }]);
  const zipOf = (size: number) => stored(size - stored(0).length);
  const names = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `f${at}` }));
  const packedTar = (size: number) =>
    gzipSync(tarBytes([{ name: 'a', text: 'a'.repeat(size) }]), { level: 9 });

  it.each<[string, Buffer, Buffer, object, ArchiveLimits?]>([
    [
      'compressed',
      zipOf(4000),
      zipOf(4001),
      past('ASH-ARCHIVE-SIZE', { limit: 4000 }),
      { ...limits, unpacked: 9000 },
    ],
    [
      'unpacked, zip',
      zipBytes([{ name: 'a', text: 'a'.repeat(3000) }]),
      zipBytes([{ name: 'a', text: 'a'.repeat(3001) }]),
      past('ASH-ARCHIVE-UNPACKED-SIZE', { limit: 3000 }),
      wide,
    ],
    [
      'unpacked, tar.gz with headers',
      packedTar(1024),
      packedTar(1025),
      past('ASH-ARCHIVE-UNPACKED-SIZE', { limit: 2560 }),
      { ...wide, unpacked: 2560 },
    ],
    [
      'unpacked, tar',
      tarBytes([{ name: 'a', text: 'a'.repeat(1024) }]),
      tarBytes([{ name: 'a', text: 'a'.repeat(1025) }]),
      past('ASH-ARCHIVE-UNPACKED-SIZE', { limit: 2560 }),
      { ...wide, unpacked: 2560 },
    ],
    [
      'ratio, zip, not judged below',
      zipBytes([{ name: 'a', text: 'a'.repeat(2000) }]),
      zipBytes([{ name: 'a', text: 'a'.repeat(2001) }]),
      past('ASH-ARCHIVE-RATIO', { limit: 4 }),
    ],
    [
      'ratio, tar.gz',
      packedTar(1024),
      packedTar(1025),
      past('ASH-ARCHIVE-RATIO', { limit: 4 }),
      { ...limits, ratioFrom: 2560 },
    ],
    ['entries, zip', zipBytes(names(3)), zipBytes(names(4)), past('ASH-ARCHIVE-ENTRIES', { limit: 3 })],
    [
      'entries, tar',
      tarBytes(names(3)),
      tarBytes(names(4)),
      past('ASH-ARCHIVE-ENTRIES', { limit: 3 }),
      { ...wide, unpacked: 9000 },
    ],
    [
      'depth',
      zipBytes([{ name: 'a/b/c' }]),
      zipBytes([{ name: 'a/b/c/d' }]),
      past('ASH-ARCHIVE-DEPTH', { path: 'a/b/c/d', limit: 2 }),
    ],
    [
      'depth of folders',
      zipBytes([{ name: 'a/b/', mode: 0 }, { name: 'x' }]),
      zipBytes([{ name: 'a/b/c/', mode: 0 }]),
      past('ASH-ARCHIVE-DEPTH', { path: 'a/b/c', limit: 2 }),
    ],
    [
      'name length in bytes',
      zipBytes([{ name: 'é'.repeat(6) }]),
      zipBytes([{ name: `${'é'.repeat(6)}a` }]),
      past('ASH-ARCHIVE-NAME-LENGTH', { path: `${'é'.repeat(6)}a`, limit: 12 }),
    ],
    [
      'name length of pax',
      tarBytes([pax({ path: 'a'.repeat(12) }), { name: 'x' }]),
      tarBytes([pax({ path: 'a'.repeat(13) }), { name: 'x' }]),
      past('ASH-ARCHIVE-NAME-LENGTH', { path: 'a'.repeat(13), limit: 12 }),
      wide,
    ],
    ['empty', zipBytes([{ name: 'a' }]), zipBytes([]), past('ASH-ARCHIVE-EMPTY', {})],
    ['empty tar', tarBytes([{ name: 'a' }]), gzipSync(tarEnd), past('ASH-ARCHIVE-EMPTY', {})],
    [
      'only folders',
      zipBytes([{ name: 'a/b', mode: 0 }]),
      zipBytes([{ name: 'a/b/', mode: 0 }]),
      past('ASH-ARCHIVE-EMPTY', {}),
    ],
  ])('%s', async (_, at, onePast, expected, of = limits) => {
    expect(await readArchive(at, of)).toBeInstanceOf(Array);
    expect(await refusal(onePast, of)).toEqual(expected);
  });

  it('the defaults are those of the design', () => {
    expect(archiveLimits).toEqual({
      compressed: 20e6,
      unpacked: 100e6,
      ratio: 50,
      ratioFrom: 8e6,
      entries: 5000,
      depth: 32,
      nameLength: 255,
    });
  });

  it('judges the ratio from its size on', async () => {
    const bytes = Buffer.alloc(8_000_000);
    const zipOfZeros = (size: number) =>
      packZip([{ path: 'a', executable: false, bytes: bytes.subarray(0, size) }]);

    expect(await readArchive(await zipOfZeros(8_000_000))).toHaveLength(1);
    expect(await refusal(zipBytes([{ name: 'a', text: '0'.repeat(8_000_001) }]))).toEqual(
      past('ASH-ARCHIVE-RATIO', { limit: 50 }),
    );
  });
});

describe('bombs stop early', () => {
  it('a tar.gz of 256 MB of zeros', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024), { level: 9 });
    const before = process.memoryUsage().rss;

    expect(await refusal(bomb)).toEqual({ code: 'ASH-ARCHIVE-RATIO', limit: 50 });
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
  });

  it('a zip entry that says 10 bytes and holds 64 MB', async () => {
    const data = deflateRawSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
    const expected = format('its entry "a" has another size than it states');

    expect(await refusal(zipBytes([{ name: 'a', text: '0123456789', data }]))).toEqual(expected);
  });

  it('entries that share their data', async () => {
    const zip = zipBytes([
      { name: 'a', text: 'x' },
      { name: 'b', text: 'x', central: { offset: 0 } },
    ]);

    expect(await refusal(zip)).toEqual(format('its entries overlap'));
  });

  it('a gzip of 10,000 members', async () => {
    const member = gzipSync('');

    expect(await refusal(Buffer.concat(Array.from({ length: 10_000 }, () => member)))).toEqual(
      format('there are bytes after its gzip data'),
    );
  });
});

describe('zips on which readers differ', () => {
  const a: ZipSpec = { name: 'a', text: 'aaaa' };
  const entry = (reason: string) => format(`its entry "a" ${reason}`);
  const zip64 = format('it uses zip64, which is only for archives over 4 GB');
  const outside = format('there are bytes outside its entries');
  const encrypted = { code: 'ASH-ARCHIVE-ENCRYPTED', path: 'a' };
  const differs = entry('is described differently in front of its data and in the directory');
  const parts = format('it is one part of several');
  const unicodePath = (name: string) =>
    Buffer.concat([u16(0x7075, 5 + name.length), Buffer.alloc(5), Buffer.from(name)]);

  it.each<[string, ZipSpec[], ZipEnd, object]>([
    ['encrypted', [{ ...a, fields: { flags: 1 } }], {}, encrypted],
    ['strong encryption', [{ ...a, fields: { flags: 0x41 } }], {}, encrypted],
    ['AES', [{ ...a, fields: { method: 99 } }], {}, encrypted],
    ['bzip2', [{ ...a, fields: { method: 12 } }], {}, entry('uses the compression method 12; use deflate')],
    ['deflate64', [{ ...a, fields: { method: 9 } }], {}, entry('uses the compression method 9; use deflate')],
    ['wrong checksum', [{ ...a, fields: { crc: 1 } }], {}, entry('has a wrong checksum')],
    ['size too small', [{ ...a, fields: { size: 3 } }], {}, entry('has another size than it states')],
    ['size too large', [{ ...a, fields: { size: 5 } }], {}, entry('has another size than it states')],
    ['stored with two sizes', [{ ...a, stored: true, fields: { size: 3 } }], {}, entry('states two sizes')],
    [
      'stored with a wrong checksum',
      [{ ...a, stored: true, fields: { crc: 1 } }],
      {},
      entry('has a wrong checksum'),
    ],
    [
      'garbage behind the deflate stream',
      [{ ...a, data: Buffer.concat([deflateRawSync('aaaa'), Buffer.from('zz')]) }],
      {},
      entry('has bytes after its compressed data'),
    ],
    [
      'deflate stream cut off',
      [{ ...a, data: deflateRawSync('aaaa').subarray(0, 3) }],
      {},
      format('it is cut off'),
    ],
    [
      'no deflate stream',
      [{ ...a, data: Buffer.from([0xff, 0xff]) }],
      {},
      format('its compressed data is damaged'),
    ],
    ['another local name', [{ ...a, localName: 'b' }], {}, entry('has another name in front of its data')],
    ['another local method', [{ ...a, local: { method: 0 } }], {}, differs],
    ['another local size', [{ ...a, local: { size: 5 } }], {}, differs],
    ['another local flag', [{ ...a, local: { flags: 1 } }], {}, differs],
    ['zeros without a descriptor', [{ ...a, local: { crc: 0 } }], {}, differs],
    ['lying deferred size', [{ ...a, fields: { flags: 8 }, local: { size: 5 } }], {}, differs],
    ['descriptor missing', [{ ...a, fields: { flags: 8 } }], {}, outside],
    [
      'descriptor lies',
      [{ ...a, fields: { flags: 8 }, after: u32(1, 2, 3) }],
      {},
      entry('is described differently behind its data and in the directory'),
    ],
    ['two names', [{ ...a, extra: unicodePath('b') }], {}, entry('has two names')],
    ['two local names', [{ ...a, localExtra: unicodePath('b') }], {}, entry('has two names')],
    ['damaged extra field', [{ ...a, extra: u16(0x5455, 9) }], {}, entry('has a damaged extra field')],
    ['zip64 field', [{ ...a, extra: u16(1, 0) }], {}, zip64],
    ['zip64 local field', [{ ...a, localExtra: u16(1, 0) }], {}, zip64],
    ['zip64 size', [{ ...a, fields: { size: 0xffffffff } }], {}, zip64],
    ['zip64 count', [a], { end: { count: 0xffff } }, zip64],
    ['zip64 locator', [a], { beforeEnd: Buffer.concat([u32(0x07064b50), Buffer.alloc(16)]) }, zip64],
    ['zip64 locator in a comment', [{ ...a, comment: `PK\x06\x07${'\x00'.repeat(16)}` }], {}, zip64],
    ['prefix', [a], { prefix: Buffer.from('PK\x03\x04#!', 'latin1') }, outside],
    ['gap', [{ ...a, after: Buffer.from('gap') }, { name: 'b' }], {}, outside],
    ['gap before the directory', [{ ...a, after: Buffer.from('gap') }], {}, outside],
    [
      'entry missing in the directory',
      [a, { name: 'b' }],
      { end: { count: 1, countHere: 1 } },
      format('its directory holds another number of entries'),
    ],
    [
      'entry too many',
      [a],
      { end: { count: 2, countHere: 2 } },
      format('its directory holds another number of entries'),
    ],
    [
      'directory elsewhere',
      [a],
      { end: { start: 1 } },
      format('its directory is not where its end record says'),
    ],
    [
      'bytes in the directory',
      [a],
      { beforeEnd: Buffer.from('junk') },
      format('its directory holds another number of entries'),
    ],
    ['several parts', [a], { end: { disk: 1 } }, parts],
    ['entry on another part', [{ ...a, central: { disk: 1 } }], {}, parts],
    ['trailing bytes', [a], { trailing: Buffer.from('x') }, format('there are bytes after its end record')],
    [
      'two end records',
      [a],
      { trailing: zipBytes([{ name: 'b' }]) },
      format('its directory is not where its end record says'),
    ],
    [
      'no local header',
      [{ ...a, local: { signature: 1 } }],
      { prefix: Buffer.alloc(0) },
      format('it is neither zip nor tar'),
    ],
    [
      'second local header missing',
      [{ name: 'b' }, { ...a, local: { signature: 1 } }],
      {},
      entry('is not where the directory says'),
    ],
    ['offset past the directory', [{ ...a, central: { offset: 5000 } }], {}, outside],
    [
      'compressed size past the end',
      [{ ...a, fields: { compressed: 5000 } }],
      {},
      format('its entries overlap'),
    ],
  ])('%s', async (_, specs, end, expected) => {
    expect(await refusal(zipBytes(specs, end))).toEqual(expected);
  });

  it('every truncation', async () => {
    const zip = zipBytes([a, { name: 'b', text: 'b' }]);
    for (let length = 0; length < zip.length; length++) {
      expect(await refusal(zip.subarray(0, length))).toHaveProperty('code', 'ASH-ARCHIVE-FORMAT');
    }
  });
});

describe('tars on which readers differ', () => {
  const a: TarSpec = { name: 'a', text: 'aaaa' };
  const twoHeaders = format('an entry has two extension headers');
  const damagedPax = format('a pax header is damaged');
  const damaged = format('a tar header is damaged');
  const paxText = (text: string): TarSpec => ({ name: 'pax', type: 'x', text });

  it.each<[string, Buffer, object]>([
    ['wrong checksum', tarBytes([{ ...a, checksumOff: 1 }]), format('a tar header has a wrong checksum')],
    ['old tar', gzipSync(tarBytes([{ ...a, magic: '' }])), format('it is no tar that we know')],
    ['star', gzipSync(tarBytes([{ ...a, patch: [508, 'tar\x00'] }])), format('it is no tar that we know')],
    ['size in base 256', tarBytes([{ ...a, patch: [124, '\x80\x00\x00\x00'] }]), damaged],
    ['negative size', tarBytes([{ ...a, patch: [124, '-0000000004'] }]), damaged],
    ['size past the end', tarBytes([{ ...a, size: 5000 }]), format('it is cut off')],
    ['no end mark', tarBytes([a], Buffer.alloc(0)), format('it is cut off')],
    ['half an end mark', tarBytes([a], Buffer.alloc(512)), format('it is cut off')],
    [
      'entry behind the end mark',
      Buffer.concat([tarBytes([a]), tarBytes([{ name: 'b' }])]),
      format('there are bytes after its end mark'),
    ],
    [
      'entry behind half an end mark',
      Buffer.concat([tarBytes([a], Buffer.alloc(512)), tarBytes([{ name: 'b' }])]),
      format('there are bytes after its end mark'),
    ],
    ['pax size lies', tarBytes([pax({ size: '0' }), a]), format('its entry "a" states two sizes')],
    [
      'pax size lies, large',
      tarBytes([pax({ size: '999999999999' }), a]),
      format('its entry "a" states two sizes'),
    ],
    ['pax size is no number', tarBytes([pax({ size: '-1' }), a]), damagedPax],
    ['pax record too long', tarBytes([paxText('99 path=b\n'), a]), damagedPax],
    ['pax record too short', tarBytes([paxText('5 path=b\n'), a]), damagedPax],
    ['pax record without length', tarBytes([paxText(' path=b\n'), a]), damagedPax],
    ['pax length 0', tarBytes([paxText('0 '), a]), damagedPax],
    ['pax length 1', tarBytes([paxText('1 '), a]), damagedPax],
    [
      'pax path twice',
      tarBytes([paxText(paxRecord(['path', 'b']) + paxRecord(['path', 'c'])), a]),
      damagedPax,
    ],
    [
      'pax sparse',
      tarBytes([pax({ 'GNU.sparse.name': 'b' }), a]),
      { code: 'ASH-ARCHIVE-SPECIAL', path: 'pax', type: 'sparse file' },
    ],
    [
      'pax in another charset',
      tarBytes([pax({ hdrcharset: 'BINARY' }), a]),
      format('its names are not UTF-8'),
    ],
    ['two pax headers', tarBytes([pax({ path: 'b' }), pax({ path: 'c' }), a]), twoHeaders],
    [
      'pax and GNU name',
      tarBytes([pax({ path: 'b' }), { name: 'x', type: 'L', text: 'c\x00' }, a]),
      twoHeaders,
    ],
    [
      'long name with a tail',
      tarBytes([{ name: 'x', type: 'L', text: 'c\x00d' }, a]),
      format('a long name goes on behind its end'),
    ],
    ['global path', tarBytes([pax({ path: 'b' }, 'g'), a]), format('a global header names a file')],
    ['global size', tarBytes([pax({ size: '0' }, 'g'), a]), format('a global header names a file')],
    [
      'pax for nothing',
      tarBytes([a, pax({ path: 'b' })]),
      format('an extension header stands before no entry'),
    ],
    ['zip in gzip', gzipSync(zipBytes([{ name: 'a' }])), format('it is cut off')],
  ])('%s', async (_, archive, expected) => {
    expect(await refusal(archive)).toEqual(expected);
  });

  const gzip = gzipSync(tarBytes([a]));
  const changed = (at: number, value: number) =>
    Buffer.concat([gzip.subarray(0, at), Buffer.from([value]), gzip.subarray(at + 1)]);

  it.each<[string, Buffer, object]>([
    ['two members', Buffer.concat([gzip, gzip]), format('there are bytes after its gzip data')],
    [
      'trailing garbage',
      Buffer.concat([gzip, Buffer.from('x')]),
      format('there are bytes after its gzip data'),
    ],
    [
      'trailing zeros',
      Buffer.concat([gzip, Buffer.alloc(512)]),
      format('there are bytes after its gzip data'),
    ],
    ['wrong checksum', changed(gzip.length - 8, gzip.at(-8)! ^ 1), format('its gzip checksum is wrong')],
    ['wrong size', changed(gzip.length - 4, gzip.at(-4)! ^ 1), format('its gzip checksum is wrong')],
    ['unknown method', changed(2, 7), format('its gzip header is damaged')],
    ['reserved flag', changed(3, 0x20), format('its gzip header is damaged')],
    ['wrong header checksum', gzipWith(0x02, 'xx', tarBytes([a])), format('its gzip header is damaged')],
    ['endless name', changed(3, 0x08).subarray(0, 14), format('it is cut off')],
    ['extra field past the end', gzipWith(0x04, '\xff\xff', Buffer.alloc(0)), format('it is cut off')],
  ])('gzip: %s', async (_, archive, expected) => {
    expect(await refusal(archive)).toEqual(expected);
  });

  it('every truncation', async () => {
    for (const archive of [tarBytes([a, { name: 'b' }]), gzip]) {
      for (let length = 0; length < archive.length; length += 7) {
        expect(await refusal(archive.subarray(0, length))).toHaveProperty('code', 'ASH-ARCHIVE-FORMAT');
      }
    }
  });

  it.each([
    ['', 'it is empty'],
    ['hello', 'it is neither zip nor tar'],
    ['BZh9', 'it is neither zip nor tar'],
  ])('%j', async (text, reason) => {
    expect(await refusal(Buffer.from(text))).toEqual(format(reason));
  });
});

describe('other tools', () => {
  const files = [
    file('main.tf', 'a'.repeat(1000)),
    file('modules/é/run.sh', '#!', true),
    file(`${'long/'.repeat(30)}x.tf`, 'x'),
  ];
  const sorted = files.toSorted((left, right) =>
    Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)),
  );

  function inFolder<Result>(work: (folder: string) => Result): Result {
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-archive-'));
    try {
      return work(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  function list(name: string, archive: Buffer, command: string, ...args: string[]): string[] {
    return inFolder((folder) => {
      const place = join(folder, name);
      writeFileSync(place, archive);
      return execFileSync(command, [...args, place], { encoding: 'utf8' })
        .trim()
        .split('\n');
    });
  }

  it.skipIf(!has('unzip', '-v'))('unzip lists what packZip wrote and finds no fault', async () => {
    const zip = await packZip(files);

    expect(list('a.zip', zip, 'unzip', '-Z1')).toEqual(sorted.map(({ path }) => path));
    expect(list('a.zip', zip, 'unzip', '-tq').join()).toContain('No errors');
  });

  it.skipIf(!has('tar', '--version'))('tar lists what packTarGz wrote', async () => {
    expect(list('a.tgz', await packTarGz(files), 'tar', '--quoting-style=literal', '-tzf')).toEqual(
      sorted.map(({ path }) => path),
    );
  });

  it('yazl writes what is read', async () => {
    const zip = new yazl.ZipFile();
    for (const { path, bytes, executable } of files)
      zip.addBuffer(bytes, path, { mode: executable ? 0o100755 : 0o100644 });
    zip.addEmptyDirectory('empty');
    zip.end();

    expect(await readArchive(await buffer(zip.outputStream))).toEqual(sorted);
  });

  it.skipIf(!has('python3', '--version'))(
    'python reads the same from every accepted mutation of a zip',
    async () => {
      const zip = await packZip(files);
      const accepted: Buffer[] = [];
      for (let at = 0; at < zip.length; at++) {
        const mutated = Buffer.from(zip);
        mutated[at]! ^= 1 << (at % 8);
        const read = await filesOrRefusal(mutated);
        if (read) accepted.push(mutated);
      }
      expect(accepted.length).toBeGreaterThan(10);
      expect(await Promise.all(accepted.map(namesAndSums))).toEqual(
        inFolder((folder) => pythonNamesAndSums(folder, accepted)),
      );
    },
    60_000,
  );
});

function has(command: string, argument: string): boolean {
  try {
    execFileSync(command, [argument], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`skipped: ${command} is not in PATH`);
    return false;
  }
}

async function namesAndSums(archive: Buffer): Promise<[string, number][]> {
  return (await readArchive(archive)).map(({ path, bytes }) => [path, crc32(bytes)]);
}

function pythonNamesAndSums(folder: string, archives: Buffer[]): unknown {
  const script = `
import json, sys, zipfile, zlib
def read(path):
    with zipfile.ZipFile(path) as z:
        # Without the mark Python takes names for CP437; terraform takes the bytes as they are.
        name = lambda i: i.filename if i.flag_bits & 0x800 else i.filename.encode('cp437').decode('utf8')
        return sorted([name(i), zlib.crc32(z.read(i))] for i in z.infolist() if not i.is_dir())
print(json.dumps([read(p) for p in sys.argv[1:]]))`;
  const places = archives.map((archive, index) => {
    const place = join(folder, `${index}.zip`);
    writeFileSync(place, archive);
    return place;
  });
  return JSON.parse(execFileSync('python3', ['-c', script, ...places], { encoding: 'utf8', maxBuffer: 1e9 }));
}

describe('properties', () => {
  const name = fc.stringMatching(/^[a-z0-9_-]{1,8}\.tf$/);
  const path = fc
    .array(name, { minLength: 1, maxLength: 4 })
    .map((segments) =>
      segments
        .map((part, at) => (at < segments.length - 1 ? part.replace('.tf', '') + '_d' : part))
        .join('/'),
    );
  const anyFile = fc.record({
    path,
    executable: fc.boolean(),
    bytes: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  });
  const anyFiles = fc.uniqueArray(anyFile, { minLength: 1, maxLength: 12, selector: (each) => each.path });

  it('reads what it packs, in any order, to the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(anyFiles, async (files) => {
        const [zip, tar] = [await packZip(files), await packTarGz(files)];
        const read = await readArchive(zip);

        expect(await readArchive(tar)).toEqual(read);
        expect(read).toHaveLength(files.length);
        expect(read).toEqual(expect.arrayContaining(files));
        expect((await packZip(read)).equals(zip)).toBe(true);
        expect((await packZip(files.toReversed())).equals(zip)).toBe(true);
        expect((await packTarGz(files.toReversed())).equals(tar)).toBe(true);
      }),
    );
  });

  it.each([
    ['zip', packZip],
    ['tar.gz', packTarGz],
  ] as const)('flipped bytes of a %s never give other content', async (_, pack) => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(anyFiles, flips, async (files, changes) => {
        const packed = await pack(files);
        for (const [at, change] of changes) packed[at % packed.length]! ^= change;
        const read = await filesOrRefusal(packed);
        // Rights and one-sided flags are not under a checksum; content is.
        if (read)
          expect(read.map((each) => each.bytes)).toEqual(
            (await readArchive(await pack(files))).map((each) => each.bytes),
          );
      }),
      { numRuns: 500 },
    );
  });

  it('bytes of any kind never crash it', async () => {
    const start = fc
      .constantFrom('', 'PK\x03\x04', 'PK\x05\x06', '\x1f\x8b\x08\x00')
      .map((text) => Buffer.from(text, 'latin1'));
    await fc.assert(
      fc.asyncProperty(start, fc.uint8Array({ maxLength: 600 }), async (head, tail) => {
        const archive = Buffer.concat([head, tail, zipBytes([])]);
        const read = await filesOrRefusal(archive);
        expect(read).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
