import { mediaType, parseDigest } from '@ashlar/core';
import { describe, expect, it } from 'vitest';

import { layersDigest, sha256, treeDigest } from './content-digest.ts';
import type { ModuleFile } from './module-file.ts';

const file = (path: string, text: string, executable = false): ModuleFile => ({
  path,
  executable,
  bytes: Buffer.from(text),
});

describe('treeDigest', () => {
  const files = [file('a.tf', 'a'), file('b/c.sh', 'c', true)];

  it('is the sha256 of one line per file', () => {
    const [a, c] = [sha256('a'), sha256('c')];
    const text = `["a.tf",false,"${a}"]\n["b/c.sh",true,"${c}"]\n`;

    expect(treeDigest(files)).toBe(sha256(text));
    expect(treeDigest(files.toReversed())).toBe(sha256(text));
  });

  it.each<[string, ModuleFile[]]>([
    ['content', [file('a.tf', 'A'), files[1]!]],
    ['name', [file('b.tf', 'a'), files[1]!]],
    ['rights', [file('a.tf', 'a', true), files[1]!]],
    ['one file less', [files[0]!]],
    ['content of two files swapped', [file('a.tf', 'c'), file('b/c.sh', 'a', true)]],
  ])('changes with %s', (_, others) => {
    expect(treeDigest(others)).not.toBe(treeDigest(files));
  });
});

describe('layersDigest', () => {
  const descriptor = (type: string, text: string) => ({
    mediaType: type,
    digest: sha256(text),
    size: text.length,
    annotations: {},
  });
  const config = descriptor(mediaType.bicepConfig, '{}');
  const layer = descriptor(mediaType.bicepTemplate, 'template');
  const source = descriptor(mediaType.bicepSource, 'source');
  const digest = layersDigest(config, [layer, source]);
  // sha512 of nothing.
  const nothing = parseDigest(
    'sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
  );

  it('is the sha256 of one line per part', () => {
    const lines = [
      [mediaType.bicepConfig, ''],
      [mediaType.bicepTemplate, layer.digest],
      [mediaType.bicepSource, source.digest],
    ];

    expect(digest).toBe(sha256(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  });

  it.each([
    ['an empty config of no bytes', layersDigest(descriptor(mediaType.bicepConfig, ''), [layer, source])],
    ['an empty config under sha512', layersDigest({ ...config, digest: nothing }, [layer, source])],
    ['annotations', layersDigest(config, [{ ...layer, annotations: { a: 'b' } }, source])],
  ])('does not change with %s', (_, same) => {
    expect(same).toBe(digest);
  });

  it.each([
    ['config', layersDigest(descriptor(mediaType.bicepConfig, '{"a":1}'), [layer, source])],
    ['config type', layersDigest({ ...config, mediaType: 'x/y' }, [layer, source])],
    ['order', layersDigest(config, [source, layer])],
    ['layers', layersDigest(config, [layer])],
    ['layer type', layersDigest(config, [{ ...layer, mediaType: 'x/y' }, source])],
  ])('changes with %s', (_, other) => {
    expect(other).not.toBe(digest);
  });
});
