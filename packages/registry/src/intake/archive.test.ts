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
  ambiguousGzips,
  ambiguousTars,
  ambiguousZips,
  collidingNames,
  hostileModes,
  hostileNames,
  hostileTarTypes,
  soundArchives,
} from './hostile-archive-cases.ts';
import { pax, tarBytes, tarEnd, zipBytes, type TarSpec, type ZipSpec } from './hostile-archive.ts';
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

  it.each(soundArchives)('%s', async (_, archive) => {
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

describe('names', () => {
  const control = 'it has a control character or an invisible one';

  it.each(hostileNames)('zip refuses %j', async (name, reason, shown = name as string) => {
    const inTar = shown === './a' ? './' : '';

    expect(await refusal(zipBytes([{ name }]))).toEqual(badPath(`${inTar}${shown}`, reason));
  });

  it.each(hostileNames)('tar refuses %j', async (name, reason, shown = name as string) => {
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
  it.each(collidingNames)('%j and %j', async (first, second) => {
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
  const link = { code: 'ASH-ARCHIVE-LINK', path: 'x' };

  it.each(hostileModes)('zip, mode %o', async (mode, expected) => {
    expect(await refusal(zipBytes([{ name: 'x', mode }]))).toEqual(expected);
    expect(await refusal(zipBytes([{ name: 'x', mode, host: 0 }]))).toEqual(expected);
  });

  it.each(hostileTarTypes)('tar, %j', async (spec, expected) => {
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
    extensions: 1000,
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
      extensions: 4 * 1024 * 1024,
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

  it.each(ambiguousZips)('%s', async (_, specs, end, expected) => {
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

  it.each(ambiguousTars)('%s', async (_, archive, expected) => {
    expect(await refusal(archive)).toEqual(expected);
  });

  const gzip = gzipSync(tarBytes([a]));

  it.each(ambiguousGzips)('gzip: %s', async (_, archive, expected) => {
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
