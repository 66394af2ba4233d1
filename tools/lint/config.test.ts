import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { absolutePath } from './repository-path.ts';

// The project's own configuration on a small project: what is listed here is really turned on.

const folder = 'packages/registry/src/intake';

const sound: Record<string, string> = {
  [`${folder}/index.ts`]: `export { limit } from './sound.ts';`,
  [`${folder}/sound.ts`]: `export const limit = 4;`,
  'tests/support/sound.config.ts': `export default { limit: 4 };`,
  'packages/registry/src/store/blob-store.suite.ts': `export const limit = 4;`,
  'packages/registry/src/store/0001-initial.ts': `export const limit = 4;`,
  'packages/registry/src/store/s3.ts': `export const limit = 4;`,
};

/** A rule and the smallest file that it refuses. */
const unsound: readonly (readonly [rule: string, code: string, name?: string])[] = [
  ['ashlar(gateway)', `export const now = Date.now();`],
  ['ashlar(import-direction)', `export * from '@ashlar/cli';`],
  ['ashlar(ts-extension)', `export * from './sound';`],
  ['import(no-default-export)', `export default 4;`],
  ['import(no-cycle)', `import { self } from './cycle.ts';\nexport const here = self;`],
  ['typescript(no-floating-promises)', `export async function go() {}\ngo();`],
  ['typescript(no-misused-promises)', `export async function go() {}\nif (go()) go.name;`],
  ['typescript(await-thenable)', `export const four = await Number('4');`],
  ['typescript(no-explicit-any)', `export const four = (value: any) => value;`],
  ['typescript(consistent-type-imports)', `import { Size } from './size.ts';\nexport type Limit = Size;`],
  [
    'typescript(switch-exhaustiveness-check)',
    `export function go(a: 'x' | 'y') {\n  switch (a) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n}`,
  ],
  ['eslint(no-unused-vars)', `import { limit } from './sound.ts';\nexport const four = 4;`],
  ['eslint(eqeqeq)', `export const same = (a: number, b: number) => a == b;`],
  ['unicorn(filename-case)', `export const four = 4;`, 'blobStore.ts'],
  ['unicorn(filename-case)', `export const four = 4;`, 'blob_store.ts'],
  ['unicorn(filename-case)', `export const four = 4;`, 'BlobStore.test.ts'],
];

it('.oxlintrc.json refuses what it should and nothing else', () => {
  const files = new Map(Object.entries(sound));
  for (const [index, [, code, name]] of unsound.entries()) {
    files.set(`${folder}/${name ?? `case-${index}.ts`}`, code);
  }
  const cycle = unsound.findIndex(([rule]) => rule === 'import(no-cycle)');
  files.set(`${folder}/cycle.ts`, `import { here } from './case-${cycle}.ts';\nexport const self = here;`);
  files.set(`${folder}/size.ts`, `export type Size = number;`);

  const findings = lint(files);

  expect(Object.keys(sound).filter((path) => findings.has(path))).toEqual([]);
  for (const [index, [rule, , name]] of unsound.entries()) {
    expect(findings.get(`${folder}/${name ?? `case-${index}.ts`}`), rule).toContain(rule);
  }
});

/** Which rules speak about which file. */
function lint(files: ReadonlyMap<string, string>): Map<string, Set<string>> {
  const project = mkdtempSync(join(tmpdir(), 'ashlar-lint-'));
  try {
    for (const path of ['.oxlintrc.json', 'tsconfig.json', 'package.json', 'tools/lint']) {
      cpSync(absolutePath(path), join(project, path), { recursive: true });
    }
    symlinkSync(absolutePath('node_modules'), join(project, 'node_modules'));
    for (const [path, code] of files) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), `${code}\n`);
    }
    return runOxlint(project);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

function runOxlint(project: string): Map<string, Set<string>> {
  const bin = absolutePath('node_modules/.bin');
  const { stdout, stderr } = spawnSync(join(bin, 'oxlint'), ['--format=json', 'packages', 'tests'], {
    cwd: project,
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` },
  });
  expect(stderr).toBe('');
  const report: { diagnostics: { code: string; filename: string }[] } = JSON.parse(stdout);

  const findings = new Map<string, Set<string>>();
  for (const { code, filename } of report.diagnostics) {
    findings.set(filename, (findings.get(filename) ?? new Set()).add(code));
  }
  return findings;
}
