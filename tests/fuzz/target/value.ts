import {
  AshlarError,
  compareVersions,
  isDigest,
  isRepositoryName,
  isTag,
  isVersion,
  normaliseVersion,
  parseAddress,
  parseManifest,
  parseNamespaceName,
  parseRepository,
  parseVersionReference,
  readmeSummary,
  readTemplate,
  tagToVersion,
  versionToTag,
} from '@ashlar/core';
import fc from 'fast-check';

import { parseContentRange, parseRange } from '../../../packages/registry/src/server/range.ts';
import { manifestOf } from '../../oci/content.ts';
import { template } from '../../publish/put-version.ts';
import { target } from '../target.ts';

/** Whatever is refused is refused with an error of the catalogue. */
function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof AshlarError && error.status < 500) return undefined;
    throw error;
  }
}

function demand(holds: boolean, promise: string): void {
  if (!holds) throw new Error(`broken: ${promise}`);
}

const nameLetters = fc.constantFrom(
  ...Array.from('aab0-_./:@ A\u00e9\u0430\n%+'),
  '..',
  '//',
  '__',
  '--',
  '\0',
  'bicep/',
  'terraform/',
);
const nameLike = fc.oneof(
  fc.string({ unit: nameLetters, maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** The pattern of the distribution specification 1.1, word for word. */
const specificationName = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const specificationTag = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

export const nameTarget = target({
  name: 'name',
  inputs: nameLike,
  check(text: string) {
    demand(
      isRepositoryName(text) === (text.length <= 255 && specificationName.test(text)),
      'names are those of the specification',
    );
    demand(isTag(text) === specificationTag.test(text), 'tags are those of the specification');
    const repository = attempt(() => parseRepository(text));
    if (repository) demand(repository.name === text && isRepositoryName(text), 'a repository keeps its name');
    const address = attempt(() => parseAddress(text));
    if (address) {
      demand(isRepositoryName(address.repository), 'an address is a repository name');
      demand(
        attempt(() => parseAddress(address.repository))?.repository === address.repository,
        'an address reads back',
      );
    }
    const namespace = attempt(() => parseNamespaceName(text));
    if (namespace)
      demand(
        namespace === text.toLowerCase() && isRepositoryName(namespace),
        'a namespace is its lower case',
      );
    attempt(() => parseVersionReference(text));
  },
});

const versionLike = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from('0129.-+vab_ ')), maxLength: 24 }),
  fc
    .tuple(
      fc.nat(),
      fc.nat(),
      fc.nat(),
      fc.string({ unit: fc.constantFrom(...Array.from('019a.-')), maxLength: 8 }),
    )
    .map(([a, b, c, tail]) => `${a}.${b}.${c}${tail && `-${tail}`}`),
);

export const versionTarget = target({
  name: 'version',
  inputs: fc.tuple(versionLike, versionLike),
  check([left, right]: [string, string]) {
    const [a, b] = [left, right].map((text) => attempt(() => normaliseVersion(text)));
    for (const version of [a, b]) {
      if (version === undefined) continue;
      demand(isVersion(version) && normaliseVersion(version) === version, 'a normal version stays as it is');
      demand(
        isTag(versionToTag(version)) && tagToVersion(versionToTag(version)) === version,
        'a version is a tag and back',
      );
    }
    if (a === undefined || b === undefined) return;
    demand(
      Math.sign(compareVersions(a, b)) === -Math.sign(compareVersions(b, a)),
      'order is the same from both sides',
    );
    demand((compareVersions(a, b) === 0) === (a === b), 'only equal versions are equal');
  },
});

export const digestTarget = target({
  name: 'digest',
  inputs: fc.tuple(
    fc.constantFrom('sha256:', 'sha512:', 'sha256', 'SHA256:', 'md5:', ''),
    fc.string({ unit: fc.constantFrom(...Array.from('0af'), 'g', 'A', '/', '\n'), maxLength: 130 }),
    fc.constantFrom('', 'a'.repeat(64), 'a'.repeat(128), `${'a'.repeat(64)}\n`),
  ),
  check([algorithm, junk, hex]: [string, string, string]) {
    for (const text of [algorithm + junk, algorithm + hex, algorithm + hex + junk]) {
      const [name, rest = ''] = text.split(':', 2);
      const length = name === 'sha256' ? 64 : name === 'sha512' ? 128 : -1;
      const expected =
        text === `${name}:${rest}` &&
        rest.length === length &&
        Array.from(rest).every((c) => '0123456789abcdef'.includes(c));
      demand(isDigest(text) === expected, 'digests are those of the specification');
    }
  },
});

const junk = fc.jsonValue({ maxDepth: 3 });

/** A sound document in which values are replaced, dropped or added somewhere. */
function damaged(sound: object): fc.Arbitrary<Buffer> {
  const paths = pathsOf(sound);
  const edits = fc.array(fc.tuple(fc.constantFrom(...paths), fc.option(junk, { nil: undefined })), {
    maxLength: 3,
  });
  const text = edits.map((list) => {
    const copy = structuredClone(sound) as Record<string, unknown>;
    for (const [path, value] of list) edit(copy, path, value);
    return JSON.stringify(copy);
  });
  const bytes = fc.tuple(
    text,
    fc.option(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { freq: 4 }),
  );
  return bytes.map(([json, change]) => {
    const buffer = Buffer.from(json);
    if (change) buffer[Math.floor(change[0] * (buffer.length - 1))] = change[1];
    return buffer;
  });
}

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    ...Object.keys(value).flatMap((key) => pathsOf((value as Record<string, unknown>)[key], [...path, key])),
    [...path, 'added'],
    path,
  ].filter((each) => each.length > 0);
}

function edit(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = root;
  for (const key of path.slice(0, -1)) {
    const next = at[key];
    if (typeof next !== 'object' || next === null) return;
    at = next as Record<string, unknown>;
  }
  if (value === undefined) delete at[path.at(-1)!];
  else at[path.at(-1)!] = value;
}

const imageManifest = 'application/vnd.oci.image.manifest.v1+json';
const soundManifest = {
  ...(JSON.parse(manifestOf().toString()) as object),
  artifactType: 'a/b',
  layers: [{ mediaType: 'a/b', digest: `sha256:${'a'.repeat(64)}`, size: 1, annotations: { a: 'b' } }],
  subject: { mediaType: imageManifest, digest: `sha256:${'b'.repeat(64)}`, size: 2 },
  annotations: { c: 'd' },
};

export const manifestTarget = target({
  name: 'manifest',
  inputs: damaged(soundManifest),
  check(bytes: Buffer) {
    const manifest = attempt(() => parseManifest(bytes, imageManifest));
    if (!manifest) return;
    for (const part of [manifest.config, manifest.subject, ...manifest.layers, ...manifest.manifests]) {
      if (!part) continue;
      demand(
        isDigest(part.digest) && Number.isSafeInteger(part.size) && part.size >= 0,
        'parts have digest and size',
      );
    }
    demand(
      Object.values(manifest.annotations).every((value) => typeof value === 'string'),
      'annotations are texts',
    );
  },
});

export const templateTarget = target({
  name: 'template',
  inputs: damaged(JSON.parse(template('a description').toString()) as object),
  check(bytes: Buffer) {
    const read = attempt(() => readTemplate(bytes));
    if (read) demand(typeof read.description === 'string', 'a template has a description');
  },
});

export const readmeTarget = target({
  name: 'readme',
  inputs: fc.string({
    unit: fc.constantFrom(...Array.from('a .\n#*_`[]()!<->~|'), '```\n', '<!--', '-->', '](', '\n\n'),
    maxLength: 4_000,
  }),
  check(text: string) {
    const begin = performance.now();
    const summary = readmeSummary(text);
    demand(performance.now() - begin < 1_000, 'a summary takes no time');
    demand(summary.length <= 301 && !summary.includes('\n'), 'a summary is one short line');
  },
});

const rangeLike = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...Array.from('0129-, '), 'bytes=', 'bytes', '=', '99999999999999999999'),
    maxLength: 10,
  }),
  fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => `bytes=${a}-${b}`),
  fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => `${a}-${b}`),
);

export const rangeTarget = target({
  name: 'range',
  inputs: fc.tuple(rangeLike, fc.nat(40)),
  check([header, size]: [string, number]) {
    const range = attempt(() => parseRange(header, size));
    if (range)
      demand(0 <= range.start && range.start <= range.end && range.end < size, 'a range lies inside');
    const content = attempt(() => parseContentRange(header));
    if (content)
      demand(content.start <= content.end && Number.isSafeInteger(content.end), 'a content range is one');
  },
});
