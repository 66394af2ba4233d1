import type { ErrorCode } from '@ashlar/core';

import { digestOf, emptyConfig, imageIndex, imageManifest } from '../../oci/content.ts';
import type { HostileCase, HostileGroup } from '../hostile-case.ts';

const MiB = 1024 * 1024;
const hex = 'a'.repeat(64);
const sound = { schemaVersion: 2, mediaType: imageManifest, config: emptyConfig, layers: [] };
const soundText = JSON.stringify(sound);
const layer = { mediaType: 'a/b', digest: `sha256:${hex}`, size: 1 };

interface Options {
  readonly type?: string;
  readonly target?: string;
  readonly status?: number;
  readonly code?: ErrorCode;
  readonly framing?: 'chunked';
  readonly writes?: true;
}

let count = 0;

/** Pushes bytes as a manifest to a plain repository of its own, unless told otherwise. */
function push(name: string, body: () => string | Buffer, options: Options = {}): HostileCase {
  const { type = imageManifest, writes, framing } = options;
  const target = options.target ?? `/v2/hostile/m${++count}/manifests/1`;
  const code = writes ? undefined : (options.code ?? 'ASH-MANIFEST-INVALID');
  return {
    threat: 'T-11',
    name,
    send: () => ({
      method: 'PUT',
      target,
      headers: [['Content-Type', type]],
      body: body(),
      ...(framing === undefined ? {} : { framing }),
    }),
    status: options.status ?? (writes ? 201 : 400),
    ...(code === undefined ? {} : { code }),
    ...(writes ? { writes } : {}),
  };
}

const taken = (name: string, body: () => string | Buffer, options: Options = {}) =>
  push(`taken: ${name}`, body, { ...options, writes: true });
const changed = (fields: object) => () => JSON.stringify({ ...sound, ...fields });
/** Text in the place of a value that `JSON.stringify` would not write. */
const raw = (field: string, value: string) => () => soundText.replace(/}$/, `,"${field}":${value}}`);
const withLayer = (fields: object) => changed({ layers: [{ ...layer, ...fields }] });
const sizeText = (size: string) => () =>
  JSON.stringify({ ...sound, layers: [layer] }).replace('"size":1', `"size":${size}`);
const index = (manifests: unknown) => () =>
  JSON.stringify({ schemaVersion: 2, mediaType: imageIndex, manifests });
const tooLarge = { status: 413, code: 'ASH-MANIFEST-SIZE' } as const;

const bytes: HostileCase[] = [
  push('4 MiB and one byte', () => Buffer.alloc(4 * MiB + 1, ' '), tooLarge),
  push('4 MiB and one byte, in chunks', () => Buffer.alloc(4 * MiB + 1, ' '), {
    ...tooLarge,
    framing: 'chunked',
  }),
  push('60 MiB', () => Buffer.alloc(60 * MiB), tooLarge),
  push('nothing', () => ''),
  push('4 MiB of brackets', () => '['.repeat(4 * MiB)),
  push('4 MiB of balanced brackets', () => '['.repeat(2 * MiB) + ']'.repeat(2 * MiB)),
  push('800,000 objects deep', () => '{"a":'.repeat(800_000)),
  push('600,000 objects deep, balanced', () => '{"a":'.repeat(600_000) + '0' + '}'.repeat(600_000)),
  push('4 MiB of one text', () => `"${'a'.repeat(4 * MiB - 2)}"`),
  push('4 MiB of backslashes', () => `"${'\\'.repeat(4 * MiB - 2)}"`),
  push(
    '380,000 fields',
    () => `{${Array.from({ length: 380_000 }, (_, i) => `"${i.toString(36)}":0`).join()}}`,
  ),
  push(
    '250,000 annotations',
    raw('annotations', `{${Array.from({ length: 250_000 }, (_, i) => `"${i}":"v"`).join()}}`),
  ),
  push('a number of 4 MiB', () => '1'.repeat(4 * MiB)),
  push('UTF-16', () => Buffer.from(soundText, 'utf16le')),
  push('Latin-1', () => Buffer.from(soundText.replace('{', '{"é":1,'), 'latin1')),
  push('overlong UTF-8', () => Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d])),
  push('a NUL behind it', () => `${soundText}\0`),
  push('two documents', () => soundText + soundText),
  push('a comma at the end', () => soundText.replace(/}$/, ',}')),
  push('a comment', () => `/* */${soundText}`),
  push('NaN', raw('size', 'NaN')),
  push('HTML', () => '<html></html>'),
  push('null', () => 'null'),
  push('a list', () => '[]'),
  push('a text', () => '"a"'),
  push('true', () => 'true'),
];

const shapes: HostileCase[] = [
  push('no version of the schema', changed({ schemaVersion: undefined })),
  push('schema 1', changed({ schemaVersion: 1 })),
  push('schema "2"', changed({ schemaVersion: '2' })),
  push('schema 2e400', () => soundText.replace('"schemaVersion":2', '"schemaVersion":2e400')),
  push('layers that are an object', changed({ layers: { length: 1, 0: layer } })),
  push('layers that are a text', changed({ layers: 'abc' })),
  push('a layer that is null', changed({ layers: [null] })),
  push('a layer that is a list', changed({ layers: [[layer]] })),
  push('100,000 layers that are null', changed({ layers: Array.from({ length: 100_000 }, () => null) })),
  push('a config that is a list', changed({ config: [emptyConfig] })),
  push('no config', changed({ config: undefined })),
  push('no layers', changed({ layers: undefined })),
  push('an empty media type', withLayer({ mediaType: '' })),
  push('a digest of another algorithm', withLayer({ digest: `md5:${'a'.repeat(32)}` })),
  push('a digest in capitals', withLayer({ digest: `sha256:${hex.toUpperCase()}` })),
  push('a digest that is a path', withLayer({ digest: `sha256:${'../'.repeat(21)}a` })),
  push('a digest of 1 MB', withLayer({ digest: `sha256:${'a'.repeat(1_000_000)}` })),
  push('a digest with a line behind it', withLayer({ digest: `sha256:${hex}\n` })),
  push('a size below zero', sizeText('-1')),
  push('half a byte', sizeText('0.5')),
  push('a size beyond numbers', sizeText('1e400')),
  push('a size beyond exact numbers', sizeText('9007199254740993')),
  push('a size of 40 digits', sizeText('9'.repeat(40))),
  push('a size that is a text', sizeText('"1"')),
  push('a size that is null', sizeText('null')),
  push('annotations that are numbers', changed({ annotations: { a: 1 } })),
  push('annotations that are a list', changed({ annotations: ['a'] })),
  push('annotations that are nested', changed({ annotations: { a: { b: 'c' } } })),
  push('annotations of a layer that are numbers', withLayer({ annotations: { a: 1 } })),
  push('a subject that is a text', changed({ subject: `sha256:${hex}` })),
  push('a subject without size', changed({ subject: { mediaType: 'a/b', digest: `sha256:${hex}` } })),
  push('an artifact type that is a number', changed({ artifactType: 1 })),
  push('an image and an index at once', changed({ manifests: [] })),
  push('an image that calls itself an index', changed({ mediaType: imageIndex })),
  push('a media type of its own', changed({ mediaType: 'a/b' }), { type: 'a/b' }),
  push('another Content-Type', changed({}), { type: imageIndex }),
  push('a Content-Type of 4,000 bytes', changed({ mediaType: undefined }), {
    type: 'a'.repeat(4_000),
    status: 415,
    code: 'ASH-MEDIA-TYPE',
  }),
  push('an index of texts', index(['a']), { type: imageIndex }),
  push('an index that is an object', index({}), { type: imageIndex }),
  push('an index with a size below zero', index([{ ...layer, size: -1 }]), { type: imageIndex }),
  push('a schema 1 manifest', () => '{"schemaVersion":1,"name":"a","tag":"b","fsLayers":[]}', {
    type: 'application/vnd.docker.distribution.manifest.v1+json',
  }),
];

/** Readers differ in which of two fields counts; clients in Go also take one of other case for the one they know. */
const ambiguous: HostileCase[] = [
  push('config twice', raw('config', JSON.stringify({ ...emptyConfig, size: 3 }))),
  push('layers twice, once escaped', raw('l\\u0061yers', JSON.stringify([layer]))),
  push('mediaType twice, with the same value', raw('mediaType', JSON.stringify(imageManifest))),
  push('Layers and layers', changed({ Layers: [layer] })),
  push('layer\u017f and layers', changed({ ['layer\u017f']: [layer] })),
  push('a layer with Digest and digest', withLayer({ Digest: digestOf('other') })),
  push('a layer with size twice', () =>
    JSON.stringify({ ...sound, layers: [layer] }).replace('"size":1', '"size":1,"size":2'),
  ),
  push('an annotation twice', raw('annotations', '{"a":"b","a":"c"}')),
  push('an unknown field twice', raw('x', '1,"x":2')),
];

const refusedElsewhere: HostileCase[] = [
  push('under another digest', changed({}), {
    target: `/v2/hostile/other/manifests/sha256:${hex}`,
    code: 'ASH-DIGEST-MISMATCH',
  }),
  push('101 tags', changed({}), {
    target: `/v2/hostile/other/manifests/${digestOf(soundText)}?${'tag=a&'.repeat(1)}${Array.from({ length: 101 }, (_, i) => `tag=t${i}`).join('&')}`,
    status: 414,
    code: 'ASH-TAG-COUNT',
  }),
  push('a tag of 129', changed({}), {
    target: `/v2/hostile/other/manifests/${'t'.repeat(129)}`,
    code: 'ASH-REFERENCE-INVALID',
  }),
  push('a tag that begins with a dot', changed({}), {
    target: '/v2/hostile/other/manifests/.hidden',
    code: 'ASH-REFERENCE-INVALID',
  }),
  push('a tag with a line end', changed({}), {
    target: '/v2/hostile/other/manifests/a%0a',
    code: 'ASH-REFERENCE-INVALID',
  }),
  push('a tag in another script', changed({}), {
    target: '/v2/hostile/other/manifests/%d0%b0',
    code: 'ASH-REFERENCE-INVALID',
  }),
  push('latest in a module repository', changed({}), {
    target: '/v2/terraform/hostile/other/azurerm/manifests/latest',
    status: 422,
    code: 'ASH-TAG-NOT-VERSION',
  }),
  push('no module in a module repository', changed({}), {
    target: '/v2/terraform/hostile/other/azurerm/manifests/1.0.0',
    status: 422,
    code: 'ASH-TERRAFORM-ARTIFACT',
  }),
];

/** What other registries store as well. Nothing of it may be dear. */
const odd: HostileCase[] = [
  taken('the names of the prototype', () =>
    soundText.replace(/}$/, ',"__proto__":{"schemaVersion":1},"constructor":{"prototype":1}}'),
  ),
  taken('annotations named like the prototype', raw('annotations', '{"__proto__":"a","constructor":"b"}')),
  taken('lone surrogates', raw('annotations', String.raw`{"a":"\ud800","\udfff":"b"}`)),
  taken('a NUL in an annotation', raw('annotations', String.raw`{"a":"\u0000"}`)),
  taken('an annotation of 3 MiB', changed({ annotations: { a: 'b'.repeat(3 * MiB) } })),
  taken('100,000 annotations', () =>
    JSON.stringify({
      ...sound,
      annotations: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`annotation${i}`, ''])),
    }),
  ),
  taken('33,000 layers', () =>
    JSON.stringify({
      ...sound,
      layers: Array.from({ length: 33_000 }, (_, i) => ({
        ...layer,
        digest: `sha256:${String(i).padStart(64, '0')}`,
      })),
    }),
  ),
  taken('33,000 times the same layer', changed({ layers: Array.from({ length: 33_000 }, () => layer) })),
  taken(
    'an index of 33,000',
    index(
      Array.from({ length: 33_000 }, (_, i) => ({
        ...layer,
        digest: `sha256:${String(i).padStart(64, '0')}`,
      })),
    ),
    { type: imageIndex },
  ),
  taken(
    'an index that names what it is about',
    () => JSON.stringify({ schemaVersion: 2, mediaType: imageIndex, manifests: [layer], subject: layer }),
    { type: imageIndex },
  ),
  taken('a layer of 9 PB', sizeText('9007199254740991')),
  push('an unknown field, 300,000 lists deep', raw('x', '['.repeat(300_000) + ']'.repeat(300_000))),
  taken('an unknown number of 1 MB', raw('x', '1'.repeat(1_000_000))),
  taken('data that is not its digest', withLayer({ data: 'AAAA' })),
  taken('4 MiB of blanks around it', () => soundText.padEnd(4 * MiB)),
];

export const manifestGroup: HostileGroup = {
  title: 'manifests',
  cases: [...bytes, ...shapes, ...ambiguous, ...refusedElsewhere, ...odd],
};
