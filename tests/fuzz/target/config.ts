import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AshlarError } from '@ashlar/core';
import { loadConfig, settings } from '@ashlar/registry';
import fc from 'fast-check';

import { target } from '../target.ts';

const names = Object.keys(settings);
const values = fc.oneof(
  fc.constantFrom(
    '',
    'off',
    'allow',
    '1',
    '0',
    '-1',
    '10GiB',
    '1e9',
    '5m',
    '99999999999999999999',
    '127.0.0.1:0',
    '[::1]:0',
    'https://h',
    'http://h/x',
    '/etc/passwd',
    '\0',
    '${HOME}',
  ),
  fc.string({ maxLength: 12 }),
);
const yamlPieces = fc.constantFrom(
  ...names,
  ': ',
  '\n',
  '  ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '!!js/function ',
  '!!binary ',
  '<<: ',
  '|',
  '>',
  '"',
  "'",
  '#',
  '%YAML 1.1',
  '---',
  '...',
  '? ',
  '\t',
  '1',
  'null',
  'yes',
  '~',
  '__proto__',
  'constructor',
  '\ufeff',
  '\0',
  'é',
);

interface Given {
  readonly flags: Record<string, string>;
  readonly env: Record<string, string>;
  readonly yaml: string;
}

const given: fc.Arbitrary<Given> = fc.record({
  flags: fc.dictionary(fc.constantFrom(...names, 'unknown', '__proto__'), values, { maxKeys: 3 }),
  env: fc.dictionary(
    fc.constantFrom(...Object.values(settings).map(({ env }) => env), 'ASHLAR_UNKNOWN', 'PATH'),
    fc.oneof(values, fc.json({ maxDepth: 3 })),
    { maxKeys: 3 },
  ),
  yaml: fc.oneof(
    fc.array(yamlPieces, { maxLength: 20 }).map((pieces) => pieces.join('')),
    fc
      .dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 })
      .map((value) => JSON.stringify(value)),
  ),
});

let folder: Promise<string> | undefined;

/** Whatever is configured, the server has a configuration or says in sentences why not. */
export const configTarget = target({
  name: 'config',
  inputs: given,
  async check({ flags, env, yaml }: Given) {
    folder ??= mkdtemp(join(tmpdir(), 'ashlar-fuzz-config-'));
    const cwd = await folder;
    await writeFile(join(cwd, 'ashlar.yaml'), yaml);
    try {
      const { config } = await loadConfig({ flags, env, cwd, file: 'ashlar.yaml' });
      if (!Number.isSafeInteger(config.maxBlobSize) || config.data === '')
        throw new Error('not a configuration');
    } catch (error) {
      if (!(error instanceof AshlarError) || error.code !== 'ASH-CONFIG') throw error;
      if (!/^\S.*[.?]/.test(error.message))
        throw new Error(`not a sentence: ${error.message}`, { cause: error });
    }
  },
  async close() {
    if (folder) await rm(await folder, { recursive: true, force: true });
    folder = undefined;
  },
});
