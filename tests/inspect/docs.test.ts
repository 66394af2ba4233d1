import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { networkTerraform, vaultBicep, vaultTemplate, workplace } from './command.ts';

const place = workplace();
const isRoot = process.getuid?.() === 0;
if (isRoot) console.warn('skipped: root may write everywhere');
afterAll(() => place.remove());

describe('ashlar docs', () => {
  it.each([
    ['Terraform', 'net', { 'net/main.tf': networkTerraform }, '## Inputs\n'],
    ['Bicep', 'vault', { 'vault/main.bicep': vaultBicep }, '## Parameters\n'],
  ])('writes the README of a module in %s, once', async (_, folder, files, words) => {
    place.write(files);
    const readme = join(folder, 'README.md');
    const missing = await place.ashlar(['docs', folder, '--check']);
    const first = await place.ashlar(['docs', folder, '--json']);
    const text = readFileSync(join(place.path, readme), 'utf8');
    const second = await place.ashlar(['docs', folder]);
    const check = await place.ashlar(['docs', folder, '--check']);

    expect([missing.exitCode, missing.stdout]).toEqual([1, expect.stringContaining(`${readme} is missing`)]);
    expect([first.exitCode, JSON.parse(first.stdout)]).toEqual([0, { path: readme, status: 'created' }]);
    expect(text).toContain(words);
    expect([second.exitCode, second.stdout]).toEqual([0, `unchanged ${readme}\n`]);
    expect([check.exitCode, check.stdout]).toEqual([0, `${readme} is up to date.\n`]);
    expect(readFileSync(join(place.path, readme), 'utf8')).toBe(text);
  });

  it('shows in what a README is out of date, and writes nothing', async () => {
    place.write({ 'old/main.tf': networkTerraform, 'old/readme.md': '# Mine\n' });
    await place.ashlar(['docs', 'old']);
    place.write({ 'old/main.tf': networkTerraform.replace('The id.', 'The whole id.') });
    const before = readFileSync(join(place.path, 'old/readme.md'), 'utf8');

    const { exitCode, stdout } = await place.ashlar(['docs', 'old', '--check']);

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^old\/readme\.md is out of date; bring it up to date with: ashlar docs old\n@@ line \d+ @@\n-.*The id\. \|\n\+.*The whole id\. \|\n$/,
    );
    expect(readFileSync(join(place.path, 'old/readme.md'), 'utf8')).toBe(before);
    expect(before.startsWith('# Mine\n\n<!-- BEGIN_TF_DOCS -->\n')).toBe(true);
  });

  it('writes nothing where there is no module', async () => {
    place.write({ 'empty/notes.txt': '' });

    const { exitCode, stderr } = await place.ashlar(['docs', 'empty']);

    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('code: ASH-MODULE-MISSING')]);
  });

  it.each([
    [
      'a module that it cannot read wholly',
      { 'main.tf': 'variable "a" {\n  type = \n}\n' },
      1,
      'main.tf:2:10: ',
    ],
    [
      'a README whose marks are no pair',
      { 'main.tf': networkTerraform, 'README.md': '# Mine\n<!-- BEGIN_TF_DOCS -->\nmine\n' },
      1,
      'README.md, line 2, ',
    ],
    [
      'a README that is a folder',
      { 'main.tf': networkTerraform, 'README.md/x': '' },
      1,
      'README.md cannot be read: it is a folder',
    ],
  ])('writes nothing into %s', async (title, files, exitCode, words) => {
    const folder = title.replaceAll(' ', '-');
    place.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [join(folder, path), text])));
    const before = existingReadme(folder);
    for (const more of [[], ['--check']]) {
      const result = await place.ashlar(['docs', folder, ...more]);

      expect([result.exitCode, result.stdout, result.stderr]).toEqual([
        exitCode,
        '',
        expect.stringContaining(words),
      ]);
      expect(result.stderr).toMatch(/^error: .+\ncode: ASH-[A-Z-]+\n$/);
    }
    expect(existingReadme(folder)).toBe(before);
  });

  const existingReadme = (folder: string): string | undefined => {
    try {
      return readFileSync(join(place.path, folder, 'README.md'), 'utf8');
    } catch {
      return undefined;
    }
  };

  it('writes the README of a module whose template was not compiled again', async () => {
    place.write({
      'stale/main.bicep': `${vaultBicep}\nparam more string?\n`,
      'stale/main.json': vaultTemplate,
    });

    expect((await place.ashlar(['docs', 'stale'])).exitCode).toBe(0);
  });

  it.skipIf(isRoot)('says that it may not write', async () => {
    place.write({ 'closed/main.tf': networkTerraform });
    chmodSync(join(place.path, 'closed'), 0o500);
    const { exitCode, stderr } = await place.ashlar(['docs', 'closed']);
    chmodSync(join(place.path, 'closed'), 0o700);

    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining('README.md cannot be written: this user may not write it.'),
    ]);
  });
});
