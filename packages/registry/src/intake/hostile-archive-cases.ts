import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

import {
  pax,
  paxRecord,
  tarBytes,
  type TarSpec,
  u16,
  u32,
  zipBytes,
  type ZipEnd,
  type ZipSpec,
} from './hostile-archive.ts';

/** Archives for tests: sound ones in every notation, and hostile ones with the error that each of them gets. */

/** An error of the catalogue: its code and what its sentence is made of. */
export interface Refusal {
  readonly code: string;
  readonly [parameter: string]: unknown;
}

const format = (reason: string): Refusal => ({ code: 'ASH-ARCHIVE-FORMAT', reason });

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

/** Archives that all hold a.tf, b/run.sh (executable) and é.tf. */
export const soundArchives: readonly (readonly [string, Buffer])[] = [
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
];

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

export function gzipWith(flags: number, fields: string, content: Buffer): Buffer {
  const gzip = gzipSync(content);
  gzip[3] = flags;
  return Buffer.concat([gzip.subarray(0, 10), Buffer.from(fields, 'latin1'), gzip.subarray(10)]);
}

const control = 'it has a control character or an invisible one';
const windows = 'it has a character that Windows does not allow: < > : " | ? *';
const end = 'a segment ends in a dot or a space';
const device = 'Windows reserves the name for a device';
/** Names that are refused, the reason, and how the name is shown when that differs. */
export const hostileNames: [string | Buffer, string, string?][] = [
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

/** Pairs of names that are one file on some system. */
export const collidingNames = [
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
] as const;

const special = (type: string) => ({ code: 'ASH-ARCHIVE-SPECIAL', path: 'x', type });
const link = { code: 'ASH-ARCHIVE-LINK', path: 'x' };
const setId = 'file with setuid or setgid rights';

/** Unix modes of a zip entry named x. */
export const hostileModes: [number, Refusal][] = [
  [0o120777, link],
  [0o010644, special('FIFO')],
  [0o020644, special('character device')],
  [0o060644, special('block device')],
  [0o140644, special('socket')],
  [0o104755, special(setId)],
  [0o102755, special(setId)],
  [0o040755, format('its entry "x" is marked as a folder but its name does not end in a slash')],
];

export const hostileTarTypes: [TarSpec, Refusal][] = [
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
];

/** Zips on which readers differ. */
export const ambiguousZips = ((): [string, ZipSpec[], ZipEnd, Refusal][] => {
  const a: ZipSpec = { name: 'a', text: 'aaaa' };
  const entry = (reason: string) => format(`its entry "a" ${reason}`);
  const zip64 = format('it uses zip64, which is only for archives over 4 GB');
  const outside = format('there are bytes outside its entries');
  const encrypted = { code: 'ASH-ARCHIVE-ENCRYPTED', path: 'a' };
  const differs = entry('is described differently in front of its data and in the directory');
  const parts = format('it is one part of several');
  const unicodePath = (name: string) =>
    Buffer.concat([u16(0x7075, 5 + name.length), Buffer.alloc(5), Buffer.from(name)]);

  return [
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
  ];
})();

/** Tars on which readers differ. */
export const ambiguousTars = ((): [string, Buffer, Refusal][] => {
  const a: TarSpec = { name: 'a', text: 'aaaa' };
  const twoHeaders = format('an entry has two extension headers');
  const damagedPax = format('a pax header is damaged');
  const damaged = format('a tar header is damaged');
  const paxText = (text: string): TarSpec => ({ name: 'pax', type: 'x', text });

  return [
    ['wrong checksum', tarBytes([{ ...a, checksumOff: 1 }]), format('a tar header has a wrong checksum')],
    ['old tar', gzipSync(tarBytes([{ ...a, magic: '' }])), format('it is no tar that we know')],
    ['star', gzipSync(tarBytes([{ ...a, patch: [508, 'tar\x00'] }])), format('it is no tar that we know')],
    [
      'GNU header with a prefix',
      tarBytes([{ ...a, magic: 'ustar  \x00', prefix: 'b' }]),
      format('a tar header has fields that only some readers take for a part of its name'),
    ],
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
  ];
})();

/** Gzip files on which readers differ. */
export const ambiguousGzips = ((): [string, Buffer, Refusal][] => {
  const gzip = gzipSync(tarBytes([{ name: 'a', text: 'aaaa' }]));
  const changed = (at: number, value: number) =>
    Buffer.concat([gzip.subarray(0, at), Buffer.from([value]), gzip.subarray(at + 1)]);

  return [
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
    [
      'wrong header checksum',
      gzipWith(0x02, 'xx', tarBytes([{ name: 'a', text: 'aaaa' }])),
      format('its gzip header is damaged'),
    ],
    ['endless name', changed(3, 0x08).subarray(0, 14), format('it is cut off')],
    ['extra field past the end', gzipWith(0x04, '\xff\xff', Buffer.alloc(0)), format('it is cut off')],
  ];
})();
