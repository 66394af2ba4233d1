import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { networkTerraform, vaultBicep, workplace } from './command.ts';

const place = workplace();
const at = (...path: string[]) => join(place.path, ...path);
const isRoot = process.getuid?.() === 0;
const hasPipes = process.platform !== 'win32';
if (isRoot) console.warn('skipped: root may read every file');

beforeAll(() => {
  place.write({
    'dangling/main.tf': networkTerraform,
    'closed/main.tf': networkTerraform,
    'closed/x.tf': '',
    'shut/main.tf': networkTerraform,
    'shut/modules/s/main.tf': networkTerraform,
    'shut/other/s/main.tf': networkTerraform,
    'main.bicepparam': "using 'main.bicep'\n",
    'pipe/main.tf': networkTerraform,
  });
  symlinkSync('nowhere', at('dangling/x.tf'));
  symlinkSync('circle', at('circle'));
});
afterAll(() => {
  for (const folder of ['shut/modules/s', 'shut/other/s']) chmodSync(at(folder), 0o700);
  place.remove();
});

/** What a command ends with that cannot read something. */
async function refusal(ref: string) {
  const { exitCode, stdout, stderr, timedOut } = await place.ashlar(['inspect', ref]);
  expect({ exitCode, stdout, timedOut }).toEqual({ exitCode: 1, stdout: '', timedOut: false });
  expect(stderr).toMatch(/^error: .+\ncode: ASH-REFERENCE-REFUSED\n$/);
  return stderr;
}

describe('what cannot be read is told in one sentence:', () => {
  it.each([
    ['a link to nothing', 'dangling', 'x.tf cannot be read: it does not exist, or is a link to nothing.'],
    ['a link in circles', 'circle', 'circle cannot be read: its links lead in circles.'],
    ['a parameter file', 'main.bicepparam', 'a parameter file is no module'],
  ])('%s', async (_, ref, words) => {
    expect(await refusal(ref)).toContain(words);
  });

  it.skipIf(!hasPipes)('a pipe, which would never end', async () => {
    execFileSync('mkfifo', [at('pipe/x.tf'), at('module.zip')]);

    expect(await refusal('pipe')).toContain('x.tf cannot be read: it is no file.');
    expect(await refusal('module.zip')).toContain('it is neither a file nor a folder.');
  });

  it.skipIf(isRoot)('a file or folder that this user may not read', async () => {
    chmodSync(at('closed/x.tf'), 0);
    for (const folder of ['shut/modules/s', 'shut/other/s']) chmodSync(at(folder), 0);

    expect(await refusal('closed')).toContain('x.tf cannot be read: this user may not read it.');
    expect(await refusal('shut')).toContain('modules/s cannot be read: this user may not read it.');
    // What belongs to no module is passed over.
    chmodSync(at('shut/modules/s'), 0o700);
    expect((await place.ashlar(['inspect', 'shut'])).exitCode).toBe(0);
  });

  it('nothing at all', async () => {
    for (const args of [
      ['inspect', ''],
      ['diff', '.', ''],
      ['docs', ''],
    ]) {
      const { exitCode, stderr } = await place.ashlar(args);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('The reference is empty.')]);
    }
  });
});

it('follows links to folders, but not in circles', async () => {
  place.write({
    'linked/main.tf': networkTerraform,
    'linked/modules/own/main.tf': networkTerraform,
    'beside/main.tf': networkTerraform,
    'bicep/main.bicep': "import { t } from 'shared/types.bicep'\nparam x t\n",
    'types/types.bicep': `@export()\ntype t = { a: int }\n${vaultBicep}`,
  });
  mkdirSync(at('linked/examples'));
  symlinkSync('../../beside', at('linked/modules/s'));
  symlinkSync('own', at('linked/modules/same'));
  symlinkSync('../..', at('linked/modules/own/up'));
  symlinkSync('..', at('linked/modules/circle'));
  symlinkSync('../types', at('bicep/shared'));

  const [terraform, bicep] = await Promise.all(
    ['linked', 'bicep'].map(async (ref) =>
      JSON.parse((await place.ashlar(['inspect', ref, '--json'])).stdout),
    ),
  );

  expect(terraform.submodules.map(({ path }: { path: string }) => path)).toEqual([
    'modules/own',
    'modules/s',
    'modules/same',
  ]);
  expect(bicep.interface.types).toMatchObject([{ name: 't', type: { kind: 'object' } }]);
});
