import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { AshlarError } from '@ashlar/core';
import { type ModuleFile, readArchive } from '@ashlar/registry/intake';
import fc from 'fast-check';

import {
  pax,
  tarBytes,
  type TarSpec,
  zipBytes,
  type ZipSpec,
} from '../../../packages/registry/src/intake/hostile-archive.ts';
import { type PythonReader, startPython } from '../python.ts';
import { target } from '../target.ts';

const names = fc.oneof(
  fc.constantFrom('a', 'A', 'a/b', 'a/', './a', 'é', 'e\u0301', 'main.tf', '..', '/a', 'a\\b', 'con', 'a.'),
  fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', ' ', 'é', '\u0301', '\0', '-'), maxLength: 12 }),
);
const texts = fc.string({ maxLength: 40 });
const field = fc.constantFrom(0, 1, 3, 4, 8, 9, 0x800, 0xffff, 0xffffffff, 512, 1_000_000);
/** Fields of two bytes take no more. */
const shortFields = ['flags', 'method', 'disk'];
const fields = (...keys: string[]) =>
  fc
    .dictionary(fc.constantFrom(...keys), field, { maxKeys: 2 })
    .map((each) =>
      Object.fromEntries(
        Object.entries(each).map(([key, value]) => [key, shortFields.includes(key) ? value & 0xffff : value]),
      ),
    );
/** Lies are rare, or nothing would ever be taken. */
const rarely = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 8 });

const zipSpecs: fc.Arbitrary<ZipSpec> = fc
  .record({
    name: names,
    text: texts,
    stored: fc.boolean(),
    mode: rarely(fc.constantFrom(0, 0o40755, 0o100755, 0o120777, 0o104755)),
    fields: rarely(fields('flags', 'method', 'crc', 'compressed', 'size')),
    central: rarely(fields('flags', 'method', 'crc', 'compressed', 'size', 'offset', 'disk')),
    local: rarely(fields('flags', 'method', 'crc', 'compressed', 'size', 'signature')),
    localName: rarely(names),
    extra: rarely(fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes))),
    after: rarely(fc.uint8Array({ maxLength: 16 }).map((bytes) => Buffer.from(bytes))),
  })
  .map((spec) => withoutUndefined(spec) as ZipSpec);

const tarSpecs: fc.Arbitrary<TarSpec[]> = fc
  .record({
    name: names,
    text: texts,
    type: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('0', '0', '0', '5') },
      fc.constantFrom('\0', '1', '2', '7', 'L', 'K', 'S'),
    ),
    mode: rarely(fc.constantFrom(0, 0o755, 0o4755)),
    size: rarely(field),
    prefix: rarely(names),
    magic: rarely(fc.constantFrom('ustar  \0', 'ustar\x0000', '')),
    extension: rarely(
      fc.dictionary(fc.constantFrom('path', 'size', 'mtime', 'hdrcharset'), names, { maxKeys: 2 }),
    ),
  })
  .map(({ extension, ...fields }) => {
    const spec = withoutUndefined(fields) as TarSpec;
    const entry = spec.type === '5' ? { ...spec, text: '' } : spec;
    return [...(extension ? [pax(extension)] : []), entry];
  });

function withoutUndefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Where bytes are changed, as parts of the whole, so that the place means something in every archive. */
const changes = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom('set', 'cut', 'double'),
    byte: fc.nat(255),
  }),
  { maxLength: 3 },
);

type Change = { at: number; kind: string; byte: number };

function mutate(bytes: Buffer, list: readonly Change[]): Buffer {
  return list.reduce((archive, { at, kind, byte }) => {
    const place = Math.floor(at * archive.length);
    if (kind === 'cut') return archive.subarray(0, place);
    if (kind === 'double')
      return Buffer.concat([archive.subarray(0, place), archive.subarray(place - (byte % 64))]);
    const changed = Buffer.from(archive);
    if (changed.length > 0) changed[Math.min(place, changed.length - 1)] = byte;
    return changed;
  }, bytes);
}

const sound = fc.uniqueArray(
  fc.record({ name: fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}$/), text: texts }),
  { maxLength: 6, selector: ({ name }) => name },
);

/** Archives of every kind: written to be sound or to lie, and then damaged, mostly not. */
export const archives: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.oneof(
      fc.array(zipSpecs, { maxLength: 5 }).map((specs) => zipBytes(specs)),
      fc.array(tarSpecs, { maxLength: 5 }).map((specs) => tarBytes(specs.flat())),
      fc.array(tarSpecs, { maxLength: 5 }).map((specs) => gzipSync(tarBytes(specs.flat()))),
      sound.map((files) => zipBytes(files)),
      sound.map((files) => tarBytes(files)),
      sound.map((files) => gzipSync(tarBytes(files))),
    ),
    fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, changes),
  )
  .map(([archive, list]) => mutate(archive, list));

let python: PythonReader | undefined;

/** What is taken must be the same files for Python's readers, which nobody here wrote. */
export async function checkArchive(archive: Buffer): Promise<'taken' | 'refused'> {
  let files: ModuleFile[];
  try {
    files = await readArchive(archive);
  } catch (error) {
    if (error instanceof AshlarError && error.code.startsWith('ASH-ARCHIVE-')) return 'refused';
    throw error;
  }
  python ??= startPython();
  const listed = await python?.list(archive);
  const ours = files.map(({ path, bytes }) => [path, createHash('sha256').update(bytes).digest('hex')]);
  if (python && JSON.stringify(sorted(ours)) !== JSON.stringify(sorted(listed ?? []))) {
    throw new Error(`we read ${JSON.stringify(ours)}, Python ${JSON.stringify(listed)}`);
  }
  return 'taken';
}

function sorted(listing: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return listing.toSorted(([a], [b]) => (a! < b! ? -1 : 1));
}

export async function closePython(): Promise<void> {
  await python?.close();
  python = undefined;
}

export const archiveTarget = target({
  name: 'archive',
  inputs: archives,
  check: async (archive: Buffer) => void (await checkArchive(archive)),
  close: closePython,
});
