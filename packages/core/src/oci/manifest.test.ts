import { describe, expect, it } from 'vitest';

import { parseDigest } from './digest.ts';
import { type Manifest, parseManifest, referrerType } from './manifest.ts';
import { mediaType } from './media-type.ts';

const digest = parseDigest(`sha256:${'0'.repeat(64)}`);
const descriptor = { mediaType: 'a/b', digest, size: 1 };
const image = {
  schemaVersion: 2,
  mediaType: mediaType.imageManifest,
  config: descriptor,
  layers: [descriptor],
};
const index = { schemaVersion: 2, mediaType: mediaType.imageIndex, manifests: [descriptor] };
const parse = (value: unknown, contentType?: string) =>
  parseManifest(Buffer.from(JSON.stringify(value)), contentType);
const without = (value: object, ...keys: string[]) =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));

const read = { ...descriptor, annotations: {} };
const empty: Manifest = {
  kind: 'image',
  mediaType: mediaType.imageManifest,
  statesMediaType: true,
  artifactType: undefined,
  config: read,
  layers: [read],
  manifests: [],
  subject: undefined,
  annotations: {},
};

describe('parseManifest', () => {
  it.each<[string, unknown, string | undefined, Partial<Manifest>]>([
    ['an image manifest', image, undefined, {}],
    ['one without layers', { ...image, layers: [] }, undefined, { layers: [] }],
    ['one whose type the header repeats', image, `${mediaType.imageManifest}; charset=utf-8`, {}],
    ['one whose type the header writes in capitals', image, mediaType.imageManifest.toUpperCase(), {}],
    [
      'one whose type the header alone has',
      without(image, 'mediaType'),
      mediaType.imageManifest,
      { statesMediaType: false },
    ],
    [
      'a Docker manifest',
      { ...image, mediaType: mediaType.dockerManifest },
      mediaType.dockerManifest,
      { mediaType: mediaType.dockerManifest },
    ],
    [
      'an image index',
      index,
      undefined,
      { kind: 'index', mediaType: mediaType.imageIndex, config: undefined, layers: [], manifests: [read] },
    ],
    [
      'one with everything else, and more',
      {
        ...image,
        artifactType: 'x/y',
        subject: descriptor,
        annotations: { a: 'b' },
        layers: [
          { ...descriptor, annotations: { c: 'd' }, artifactType: 'e/f', urls: ['http://x'], data: 'e30=' },
        ],
        unknown: {},
      },
      undefined,
      {
        artifactType: 'x/y',
        subject: read,
        annotations: { a: 'b' },
        layers: [{ ...descriptor, annotations: { c: 'd' }, artifactType: 'e/f' }],
      },
    ],
    [
      'null where nothing is',
      {
        ...image,
        artifactType: null,
        subject: null,
        annotations: null,
        config: { ...descriptor, annotations: null },
      },
      undefined,
      {},
    ],
    ['an empty artifactType', { ...image, artifactType: '' }, undefined, {}],
  ])('reads %s', (_, value, contentType, expected) => {
    expect(parse(value, contentType)).toEqual({ ...empty, ...expected });
  });

  it.each<[string, unknown, string | undefined, string]>([
    ['a text', 'x', undefined, 'the document: Invalid input: expected object, received string'],
    [
      'schema version 1',
      { ...image, schemaVersion: 1 },
      undefined,
      'schemaVersion: Invalid input: expected 2',
    ],
    [
      'no media type anywhere',
      without(image, 'mediaType'),
      undefined,
      'it has no mediaType and the request has no Content-Type',
    ],
    [
      'two media types',
      image,
      mediaType.imageIndex,
      `its mediaType is ${mediaType.imageManifest} but the Content-Type is ${mediaType.imageIndex}`,
    ],
    [
      'another media type',
      { ...image, mediaType: 'application/json' },
      undefined,
      'its media type application/json is neither an image manifest nor an image index',
    ],
    [
      'fields of both',
      { ...image, manifests: [] },
      undefined,
      'it mixes the fields of an image and of an index',
    ],
    ['no config', without(image, 'config'), undefined, 'config is missing'],
    ['no layers', without(image, 'layers'), undefined, 'layers is missing'],
    ['an index without manifests', without(index, 'manifests'), undefined, 'manifests is missing'],
    [
      'a foreign digest',
      { ...image, layers: [descriptor, { ...descriptor, digest: 'md5:0' }] },
      undefined,
      'layers.1.digest: is not a sha256 or sha512 digest',
    ],
    [
      'a size below zero',
      { ...image, config: { ...descriptor, size: -1 } },
      undefined,
      'config.size: Too small: expected number to be >=0',
    ],
    [
      'a size that is no whole number',
      { ...image, config: { ...descriptor, size: 1.5 } },
      undefined,
      'config.size: Invalid input: expected int, received number',
    ],
    [
      'a layer without type',
      { ...image, layers: [without(descriptor, 'mediaType')] },
      undefined,
      'layers.0.mediaType: Invalid input: expected string, received undefined',
    ],
    [
      'an annotation that is no text',
      { ...image, annotations: { a: 1 } },
      undefined,
      'annotations.a: Invalid input: expected string, received number',
    ],
    [
      'a subject that is no descriptor',
      { ...image, subject: {} },
      undefined,
      'subject.mediaType: Invalid input: expected string, received undefined',
    ],
  ])('refuses %s', (_, value, contentType, reason) => {
    expect(() => parse(value, contentType)).toThrow(`The manifest is not valid: ${reason}.`);
  });

  it.each([
    ['no JSON', Buffer.from('{')],
    ['nothing', Buffer.from('')],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('refuses %s', (_, bytes) => {
    expect(() => parseManifest(bytes, undefined)).toThrow(
      'The manifest is not valid: it is not JSON in UTF-8.',
    );
  });
});

describe('referrerType', () => {
  it.each([
    [{ ...image, artifactType: 'x/y' }, 'x/y'],
    [image, 'a/b'],
    [{ ...index, artifactType: 'x/y' }, 'x/y'],
    [index, undefined],
  ])('is what a listing shows', (value, expected) => {
    expect(referrerType(parse(value))).toBe(expected);
  });
});
