import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { networkTerraform, vaultBicep, workplace } from './command.ts';

const place = workplace();
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
});
