import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

import {
  pax,
  paxRecord,
  tarBytes,
  tarEnd,
  type TarSpec,
  u16,
  zipBytes,
  type ZipSpec,
} from '../../../packages/registry/src/intake/hostile-archive.ts';
import { bytesOf } from '../../oci/content.ts';
import type { HostileCase, HostileGroup } from '../hostile-case.ts';
import { layerCase, publishCase } from './archive.ts';

const MB = 1_000_000;
const packed = (bytes: Buffer) => gzipSync(bytes, { level: 9 });
const times = <Value>(count: number, make: (at: number) => Value): Value[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** An entry of zeros that tells the truth about itself. */
function zeros(name: string, size: number): ZipSpec {
  const bytes = Buffer.alloc(size);
  const data = deflateRawSync(bytes, { level: 9 });
  return { name, data, fields: { crc: crc32(bytes), compressed: data.length, size } };
}

function storedBytes(name: string, bytes: Buffer): ZipSpec {
  return {
    name,
    stored: true,
    data: bytes,
    fields: { crc: crc32(bytes), compressed: bytes.length, size: bytes.length },
  };
}

/** Many entries over the same compressed bytes: each local header is quoted by the one before it, as Fifield showed. */
function overlapping(count: number, size: number): Buffer {
  const kernel = zeros('kernel', size);
  const entries = times(count, (at) => ({ ...kernel, name: `f${at}`, central: { offset: 0 } }));
  return zipBytes([kernel, ...entries.map((entry) => ({ ...entry, data: Buffer.alloc(0) }))]);
}

function nested(depth: number): Buffer {
  let archive = zipBytes([zeros('zeros', 100_000)]);
  for (let level = 0; level < depth; level++) {
    const inner = archive;
    archive = zipBytes(times(16, (at) => storedBytes(`${at}.zip`, inner)));
  }
  return archive;
}

const longHeader = (type: string, text: string | Buffer): TarSpec => ({ name: 'x', type, text });

/** Archives that are small and become large, or are small and become much work. */
const refused: HostileCase[] = [
  publishCase('T-03', 'tar.gz of 256 MB of zeros', () => packed(Buffer.alloc(256 * MB)), 'ASH-ARCHIVE-RATIO'),
  publishCase('T-03', 'zip of 120 MB of zeros', () => zipBytes([zeros('a', 120 * MB)]), 'ASH-ARCHIVE-RATIO'),
  layerCase('T-03', 'layer of 120 MB of zeros', () => zipBytes([zeros('a', 120 * MB)]), 'ASH-ARCHIVE-RATIO'),
  publishCase(
    'T-03',
    'zip entry of 64 MB that says 10 bytes',
    () => zipBytes([{ ...zeros('a', 64 * MB), fields: { size: 10 } }]),
    'ASH-ARCHIVE-FORMAT',
  ),
  publishCase(
    'T-03',
    'zip of 4,000 entries of 100 KB each',
    () => {
      const one = zeros('a', 100_000);
      return zipBytes(times(4_000, (at) => ({ ...one, name: `f${at}` })));
    },
    'ASH-ARCHIVE-RATIO',
  ),
  publishCase('T-03', 'overlapping zip', () => overlapping(250, 10 * MB), 'ASH-ARCHIVE-FORMAT'),
  publishCase(
    'T-03',
    'zip entries that share their data',
    () => zipBytes([zeros('a', 7 * MB), { ...zeros('b', 7 * MB), central: { offset: 0 } }]),
    'ASH-ARCHIVE-FORMAT',
  ),
  publishCase('T-03', 'zips in zips, 42.zip', () => nested(3), 'ASH-ARCHIVE-NO-MODULE'),
  publishCase(
    'T-03',
    'gzip of 10,000 members',
    () => Buffer.concat(times(10_000, () => gzipSync(''))),
    'ASH-ARCHIVE-FORMAT',
  ),
  publishCase(
    'T-03',
    'gzip in gzip in gzip',
    () => packed(packed(packed(Buffer.alloc(100 * MB)))),
    'ASH-ARCHIVE-FORMAT',
  ),
  publishCase(
    'T-03',
    'tar.gz of 100 MB and one byte that stays below the ratio',
    () => packed(Buffer.concat([bytesOf(4 * MB), Buffer.alloc(96 * MB + 1)])),
    'ASH-ARCHIVE-UNPACKED-SIZE',
  ),
  publishCase('T-03', '20 MB and one byte', () => Buffer.alloc(20 * MB + 1, 'PK'), 'ASH-ARCHIVE-SIZE', 413),
  publishCase(
    'T-03',
    '20 MB of end records',
    () => Buffer.alloc(20 * MB, 'PK\x05\x06'),
    'ASH-ARCHIVE-FORMAT',
  ),
  publishCase(
    'T-03',
    '20 MB of local headers',
    () => Buffer.alloc(20 * MB, 'PK\x03\x04'),
    'ASH-ARCHIVE-FORMAT',
  ),
  publishCase(
    'T-03',
    'gzip with a file name of 20 MB',
    () => Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(19 * MB, 'n')]),
    'ASH-ARCHIVE-FORMAT',
  ),
  publishCase(
    'T-03',
    'pax header of 700,000 records',
    () => {
      const records = times(700_000, (at) => paxRecord([`k${at}`, '']));
      return packed(tarBytes([longHeader('x', records.join('').slice(0, 7 * MB)), { name: 'a.tf' }]));
    },
    'ASH-ARCHIVE-FORMAT',
  ),
  publishCase(
    'T-03',
    '15,000 long link headers before one entry',
    () => packed(tarBytes([...times(7_000, () => longHeader('K', 'x')), { name: 'x', type: '2' }])),
    'ASH-ARCHIVE-LINK',
  ),
  publishCase(
    'T-05',
    'zip of 65,534 entries',
    () => zipBytes(times(65_534, (at) => ({ name: `f${at}`, stored: true }))),
    'ASH-ARCHIVE-ENTRIES',
  ),
  publishCase(
    'T-05',
    'zip of 10,001 entries',
    () => zipBytes(times(10_001, (at) => ({ name: `f${at}`, stored: true }))),
    'ASH-ARCHIVE-ENTRIES',
  ),
  publishCase(
    'T-05',
    'tar of 30,000 folders',
    () => tarBytes(times(30_000, (at) => ({ name: `f${at}/`, type: '5' }))),
    'ASH-ARCHIVE-ENTRIES',
  ),
  publishCase(
    'T-05',
    'zip, 33 folders deep',
    () => zipBytes([{ name: `${'d/'.repeat(33)}x` }]),
    'ASH-ARCHIVE-DEPTH',
  ),
  publishCase(
    'T-05',
    'tar, 100 folders deep',
    () => tarBytes([pax({ path: `${'d/'.repeat(100)}x` }), { name: 'x' }]),
    'ASH-ARCHIVE-DEPTH',
  ),
  publishCase(
    'T-05',
    'zip name of 256 bytes',
    () => zipBytes([{ name: 'n'.repeat(256) }]),
    'ASH-ARCHIVE-NAME-LENGTH',
  ),
  publishCase(
    'T-05',
    'zip name of 65,535 bytes',
    () => zipBytes([{ name: 'n'.repeat(65_535) }]),
    'ASH-ARCHIVE-NAME-LENGTH',
  ),
  publishCase(
    'T-05',
    'zip name of 32,000 folders',
    () => zipBytes([{ name: 'd/'.repeat(32_000) }]),
    'ASH-ARCHIVE-NAME-LENGTH',
  ),
  publishCase(
    'T-05',
    'pax path of 7 MB',
    () => packed(tarBytes([pax({ path: 'n'.repeat(7 * MB) }), { name: 'x' }])),
    'ASH-ARCHIVE-FORMAT',
  ),
  publishCase(
    'T-05',
    'GNU long name of 7 MB',
    () => packed(tarBytes([longHeader('L', `${'n'.repeat(7 * MB)}\0`), { name: 'x' }])),
    'ASH-ARCHIVE-FORMAT',
  ),
  publishCase(
    'T-05',
    'pax path of 3 MB',
    () => packed(tarBytes([pax({ path: 'n'.repeat(3 * MB) }), { name: 'x' }])),
    'ASH-ARCHIVE-NAME-LENGTH',
  ),
  publishCase('T-05', 'nothing in it', () => zipBytes([]), 'ASH-ARCHIVE-EMPTY'),
  publishCase(
    'T-05',
    'nothing but folders',
    () => zipBytes(times(5_000, (at) => ({ name: `f${at}/`, mode: 0 }))),
    'ASH-ARCHIVE-EMPTY',
  ),
  publishCase(
    'T-05',
    'an end mark of 7 MB',
    () => packed(Buffer.concat([tarEnd, Buffer.alloc(7 * MB)])),
    'ASH-ARCHIVE-EMPTY',
  ),
];

/** Odd, but nothing that hurts anybody: what is taken must not cost more than what is refused. */
const taken: readonly (readonly [name: string, archive: () => Buffer])[] = [
  ['a zip in the module', () => zipBytes([{ name: 'main.tf' }, storedBytes('bomb.zip', nested(2))])],
  [
    '5,000 files, 32 folders deep',
    () => zipBytes([{ name: 'main.tf' }, ...times(4_999, (at) => ({ name: `${'d/'.repeat(32)}${at}` }))]),
  ],
  [
    '100 MB that stay below the ratio',
    () => zipBytes([{ name: 'main.tf' }, storedBytes('a', bytesOf(4 * MB)), zeros('b', 95 * MB)]),
  ],
  [
    'a README of brackets',
    () => zipBytes([{ name: 'main.tf' }, { name: 'README.md', text: '['.repeat(900_000) }]),
  ],
  [
    'a README of comments',
    () => zipBytes([{ name: 'main.tf' }, { name: 'README.md', text: '<!--'.repeat(200_000) }]),
  ],
  [
    'a README of fences',
    () => zipBytes([{ name: 'main.tf' }, { name: 'README.md', text: '```\n'.repeat(200_000) }]),
  ],
  [
    'a README of images',
    () => zipBytes([{ name: 'main.tf' }, { name: 'README.md', text: '![]('.repeat(200_000) }]),
  ],
  [
    'a README of stars',
    () => zipBytes([{ name: 'main.tf' }, { name: 'README.md', text: '*_`'.repeat(200_000) }]),
  ],
  [
    'a README of blanks',
    () => zipBytes([{ name: 'main.tf' }, { name: 'README.md', text: ' \n'.repeat(200_000) }]),
  ],
  ['a README that is no text', () => zipBytes([{ name: 'main.tf' }, storedBytes('README.md', bytesOf(MB))])],
  ['extra fields of 60 KB', () => zipBytes([{ name: 'main.tf', extra: extraFields(60_000) }])],
];

function extraFields(size: number): Buffer {
  return Buffer.concat(times(size / 4, () => u16(0x9999, 0)));
}

export const bombGroup: HostileGroup = {
  title: 'bombs, counts, depth, length',
  cases: [
    ...refused,
    ...taken.map(([name, archive], at): HostileCase => ({
      threat: 'T-03',
      name: `taken: ${name}`,
      send: () => ({
        method: 'PUT',
        target: `/api/v1/version?ref=terraform/hostile/odd-${at}/azurerm@1.0.0`,
        headers: [['Content-Type', 'application/zip']],
        body: archive(),
      }),
      status: 201,
      writes: true,
    })),
  ],
};
