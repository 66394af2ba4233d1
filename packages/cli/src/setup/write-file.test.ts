import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';

import type { PlannedFile } from './recipe.ts';
import { writePlannedFile } from './write-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-write-'));
});

function planned(changes: Partial<PlannedFile> = {}): PlannedFile {
  const edit = (text: string) => (text.includes('ours') ? text : `${text}ours\n`);
  return { path: join(folder, 'sub', 'file'), shown: '', isSecret: false, edit, ...changes };
}

it('creates, then leaves unchanged', async () => {
  expect(await writePlannedFile(planned())).toMatchObject({ status: 'created' });
  expect(await writePlannedFile(planned())).toMatchObject({ status: 'unchanged' });
  expect(readdirSync(join(folder, 'sub'))).toEqual(['file']);
});

it('keeps what was there, first and as private as it was', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'theirs\n', { mode: 0o600 });

  const written = await writePlannedFile(planned({ path }));
  await writePlannedFile(planned({ path, edit: () => 'other\n' }));

  expect(written).toEqual({ path, status: 'changed', backup: `${path}.before-ashlar` });
  expect(readFileSync(`${path}.before-ashlar`, 'utf8')).toBe('theirs\n');
  expect(statSync(`${path}.before-ashlar`).mode & 0o777).toBe(0o600);
});

it('closes a file that gets a token', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'theirs\n');
  chmodSync(path, 0o664);

  await writePlannedFile(planned({ path, isSecret: true }));

  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('writes nothing into a file that it does not understand', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, '{');
  const edit = () => {
    throw new SyntaxError('unexpected the end in line 1');
  };

  await expect(writePlannedFile(planned({ path, edit }))).rejects.toMatchObject({ code: 'ASH-CONFIG' });
  expect(readFileSync(path, 'utf8')).toBe('{');
});
