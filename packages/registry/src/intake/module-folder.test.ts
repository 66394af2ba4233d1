import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { AshlarError } from '@ashlar/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { archiveLimits, type ArchiveLimits } from './archive-limits.ts';
import { readModuleFolder, requireTerraformRoot, selectFiles } from './module-folder.ts';

describe('selectFiles', () => {
  const kept = [
    'main.tf',
    'main.tofu',
    'variables.tf.json',
    'README.md',
    'modules/a/main.tf',
    'dev.tfvars',
    'terraform.tfvars.example',
    'overrides.tf',
    '.tflint.hcl',
    '.gitignore',
    'examples/default/main.tf',
    'tfstate.md',
  ];
  const leftOut = [
    '.git/config',
    '.git',
    'modules/a/.git',
    '.terraform/modules/modules.json',
    'examples/default/.terraform/x',
    '.terraformignore',
    '.terraform.lock.hcl',
    'examples/default/.terraform.lock.hcl',
    'terraform.tfstate',
    'terraform.tfstate.backup',
    'a/x.tfstate.1.backup',
    'plan.tfplan',
    'crash.log',
    'crash.1.log',
    'terraform.tfvars',
    'x.auto.tfvars',
    'x.auto.tfvars.json',
    'override.tf',
    'a_override.tf',
    'a_override.tf.json',
    'override.tofu',
    'node_modules/x/main.tf',
    'a/node_modules/x',
    '.idea/x',
    '.vscode/settings.json',
    '.main.tf.swp',
    'main.tf~',
    '.DS_Store',
    'a/.DS_Store',
    '.env',
  ];

  it('leaves out by default what is no part of a module', () => {
    expect(selectFiles([...kept, ...leftOut])).toEqual(kept);
  });

  it.each<[string, string, string[], string[]]>([
    ['comments and blank lines', '# a\n\n  \n', ['a', '# a'], ['a', '# a']],
    ['a name at any depth', 'docs', ['docs/a', 'x/docs/b', 'docs.md'], ['docs.md']],
    ['a folder at any depth', 'docs/', ['docs/a', 'x/docs/b', 'y/docs'], ['y/docs']],
    ['the root only', '/docs', ['docs/a', 'x/docs/b'], ['x/docs/b']],
    ['a slash inside, at any depth', 'a/b', ['a/b', 'x/a/b', 'b'], ['b']],
    ['*', '*.md', ['a.md', 'x/b.md', 'a.mdx'], ['a.mdx']],
    ['* does not cross folders', '/a/*.md', ['a/x.md', 'a/b/x.md'], ['a/b/x.md']],
    ['**', 'a/**/x', ['a/x', 'a/b/c/x', 'x'], ['x']],
    ['?', 'a?', ['ab', 'abc', 'a'], ['abc', 'a']],
    ['! takes back', '*.md\n!README.md', ['a.md', 'README.md', 'x/README.md'], ['README.md', 'x/README.md']],
    ['! takes back out of a folder', 'docs/\n!docs/keep.md', ['docs/a', 'docs/keep.md'], ['docs/keep.md']],
    ['the last rule counts', '!a\na', ['a'], []],
    ['case counts', 'A', ['a', 'A'], ['a']],
    ['spaces around and Windows line ends', '  a  \r\nb\r\n', ['a', 'b', 'c'], ['c']],
    ['! takes back a default', '!terraform.tfvars', ['terraform.tfvars'], ['terraform.tfvars']],
    [
      'nothing takes back .git',
      '!**\n!.git\n!.terraform/',
      ['.git/config', '.terraform/x', '.terraformignore', 'a'],
      ['a'],
    ],
  ])('%s', (_, text, names, expected) => {
    expect(selectFiles(names, text)).toEqual(expected);
  });
});

describe('requireTerraformRoot', () => {
  it.each(['main.tf', 'main.tf.json', 'main.tofu', 'main.tofu.json', 'modules/a/main.tf'])(
    'takes %s',
    (path) => {
      expect(() => requireTerraformRoot([{ path: 'README.md' }, { path }])).not.toThrow();
    },
  );

  it.each(['a/main.tf', 'modules/main.tf', 'main.tf.md', '.tf/x', 'tf', 'main.json'])(
    'does not take %s',
    (path) => {
      expect(() => requireTerraformRoot([{ path }])).toThrow(
        expect.objectContaining({ code: 'ASH-ARCHIVE-NO-MODULE' }),
      );
    },
  );
});

describe('readModuleFolder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ashlar-folder-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(path: string, text = '') {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  async function refusal(limits?: ArchiveLimits) {
    const error: unknown = await readModuleFolder(folder, limits).catch((reason: unknown) => reason);
    return error instanceof AshlarError ? { code: error.code, ...(error.params as object) } : error;
  }

  it('reads the selected files, sorted', async () => {
    write('main.tf', 'a');
    write('a/run.sh', '#!');
    chmodSync(join(folder, 'a/run.sh'), 0o755);
    write('docs/secret.md');
    write('docs/keep.md', 'k');
    write('.git/config');
    write('.terraformignore', 'docs/\n!docs/keep.md\n');

    expect(await readModuleFolder(folder)).toEqual([
      { path: 'a/run.sh', executable: true, bytes: Buffer.from('#!') },
      { path: 'docs/keep.md', executable: false, bytes: Buffer.from('k') },
      { path: 'main.tf', executable: false, bytes: Buffer.from('a') },
    ]);
  });

  it.each(['main.tf', 'missing', '.'])('refuses a link to %s', async (target) => {
    write('main.tf');
    symlinkSync(target, join(folder, 'link'));

    expect(await refusal()).toEqual({ code: 'ASH-ARCHIVE-LINK', path: 'link' });
  });

  it('does not mind a link that is left out', async () => {
    write('main.tf');
    write('.terraformignore', 'link');
    symlinkSync('main.tf', join(folder, 'link'));

    expect(await readModuleFolder(folder)).toHaveLength(1);
  });

  it('refuses an empty folder', async () => {
    write('.terraformignore');

    expect(await refusal()).toEqual({ code: 'ASH-ARCHIVE-EMPTY' });
  });

  it.each([
    ['a?.tf', 'it has a character that Windows does not allow: < > : " | ? *'],
    ['a\\b.tf', 'it has a backslash'],
    ['aux.tf', 'Windows reserves the name for a device'],
  ])('refuses the name %s', async (name, reason) => {
    write(name);

    expect(await refusal()).toEqual({ code: 'ASH-ARCHIVE-PATH', path: name, reason });
  });

  it('keeps to the limits', async () => {
    write('a.tf', 'aaaa');
    write('b.tf', 'bb');

    expect(await readModuleFolder(folder, { ...archiveLimits, unpacked: 6, entries: 2 })).toHaveLength(2);
    expect(await refusal({ ...archiveLimits, unpacked: 5 })).toEqual({
      code: 'ASH-ARCHIVE-UNPACKED-SIZE',
      limit: 5,
    });
    expect(await refusal({ ...archiveLimits, entries: 1 })).toEqual({
      code: 'ASH-ARCHIVE-ENTRIES',
      limit: 1,
    });
  });
});
