import { join } from 'node:path';

import { ashlarError } from '@ashlar/core';
import ignore from 'ignore';

import { lstat, readdir, readFile } from '../gateway/file-system.ts';
import { type ArchiveLimits, archiveLimits, checkEntryCount } from './archive-limits.ts';
import { checkEntryNames } from './entry-name.ts';
import { checkMode, fileMode, linkEntry } from './entry-type.ts';
import { type ModuleFile, sortByPath } from './module-file.ts';

export const ignoreFileName = '.terraformignore';

/** Never part of a module, whatever .terraformignore says. */
const neverSelected = ['.git', '.terraform/', ignoreFileName];

/** Left out unless .terraformignore takes them back with `!`; same language. */
const defaultRules = [
  // What terraform and tofu write while they work. A lock file pins providers for a root module only.
  '.terraform.lock.hcl',
  '*.tfstate',
  '*.tfstate.*',
  '*.tfplan',
  'crash.log',
  'crash.*.log',
  // Values and overrides of one person or place, read without being asked for.
  'terraform.tfvars',
  'terraform.tfvars.json',
  '*.auto.tfvars',
  '*.auto.tfvars.json',
  ...['tf', 'tf.json', 'tofu', 'tofu.json'].flatMap((end) => [`override.${end}`, `*_override.${end}`]),
  '.terraformrc',
  'terraform.rc',
  '.env',
  // Other tools and editors.
  'node_modules/',
  '.svn/',
  '.hg/',
  '.idea/',
  '.vs/',
  '.vscode/',
  '*.swp',
  '*~',
  '.DS_Store',
  '__MACOSX/',
  'Thumbs.db',
];

/**
 * Selects the files of a module from the names in its folder (relative, forward slashes), in the same order.
 *
 * Left out always: `.git`, `.terraform/` and `.terraformignore` itself. Left out by default, at any depth: what
 * Terraform writes while it works (`.terraform.lock.hcl`, state, plans, crash logs), values and overrides that it reads
 * unasked (`terraform.tfvars`, `*.auto.tfvars`, `override.tf`, `*_override.tf`, also as `.json` and `.tofu`),
 * `.terraformrc`, `.env`, `node_modules/`, and the traces of editors, desktops and other version control.
 *
 * `ignoreFileText` is the text of .terraformignore. Its rules follow HashiCorp's go-slug: like .gitignore, the last
 * matching rule counts and `!` takes back, but a rule with a slash inside matches at any depth unless it starts with
 * one, and a file can be taken back out of an ignored folder.
 */
export function selectFiles(names: readonly string[], ignoreFileText = ''): string[] {
  const selects = compileSelection(ignoreFileText);
  return names.filter((name) => selects(name));
}

/**
 * Reads the files of a module folder, sorted by path; see {@link selectFiles} for what belongs to it.
 * @throws ASH-ARCHIVE-… for a selected link, special file or bad name, and past the limits
 */
export async function readModuleFolder(
  folder: string,
  limits: ArchiveLimits = archiveLimits,
): Promise<ModuleFile[]> {
  const names = await listFolder(folder, limits);
  const files: ModuleFile[] = [];
  let left = limits.unpacked;
  for (const name of names) {
    const place = join(folder, name);
    const { mode, size } = await lstat(place);
    checkMode(name, mode);
    // Size first, so that a huge file is not read; and again, because a file can grow meanwhile.
    const bytes = size > left ? undefined : await readFile(place);
    if (!bytes || bytes.length > left)
      throw ashlarError('ASH-ARCHIVE-UNPACKED-SIZE', { limit: limits.unpacked });
    left -= bytes.length;
    files.push({ path: name, executable: (mode & fileMode.execute) !== 0, bytes });
  }
  if (files.length === 0) throw ashlarError('ASH-ARCHIVE-EMPTY', {});
  return sortByPath(files);
}

/**
 * Terraform and OpenTofu look for these in the root folder only. There are modules that are nothing but those below them,
 * which are installed by their path. @throws ASH-ARCHIVE-NO-MODULE
 */
export function requireTerraformRoot(files: readonly Pick<ModuleFile, 'path'>[]): void {
  if (files.some(({ path }) => /^(?:modules\/[^/]+\/)?[^/]+\.(?:tf|tofu)(?:\.json)?$/.test(path))) return;
  throw ashlarError('ASH-ARCHIVE-NO-MODULE', { expected: 'a *.tf, *.tf.json or *.tofu file' });
}

async function listFolder(folder: string, limits: ArchiveLimits): Promise<string[]> {
  const selects = compileSelection(await readIgnoreFile(folder));
  const names: string[] = [];
  const pending = [''];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    for (const entry of await readdir(join(folder, parent), { withFileTypes: true })) {
      const name = parent + entry.name;
      if (entry.isDirectory()) {
        if (selects.mayEnter(name)) pending.push(`${name}/`);
        continue;
      }
      if (!selects(name)) continue;
      if (entry.isSymbolicLink()) throw linkEntry(name);
      names.push(name);
      checkEntryCount(names.length, limits);
    }
  }
  checkEntryNames(
    names.map((name) => ({ name: Buffer.from(name), folder: false })),
    limits,
  );
  return names;
}

async function readIgnoreFile(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, ignoreFileName), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

interface Selection {
  (name: string): boolean;
  /** False when nothing below a folder can be selected. */
  readonly mayEnter: (folder: string) => boolean;
}

interface Rule {
  readonly takesBack: boolean;
  readonly matches: (name: string) => boolean;
}

function compileSelection(ignoreFileText: string): Selection {
  const rules = [...defaultRules, ...ignoreFileText.split(/\r?\n/)].flatMap(compileRule);
  const never = matcher(neverSelected);
  const anyTakenBack = rules.some((rule) => rule.takesBack);
  const ignored = (name: string) => rules.findLast((rule) => rule.matches(name))?.takesBack === false;
  const selects = (name: string) => !never(name) && !ignored(name);
  const mayEnter = (folder: string) => !never(`${folder}/`) && (anyTakenBack || !ignored(`${folder}/`));
  return Object.assign(selects, { mayEnter });
}

function compileRule(line: string): Rule[] {
  const text = line.trim();
  const takesBack = text.startsWith('!');
  const pattern = takesBack ? text.slice(1) : text;
  if (pattern === '' || text.startsWith('#')) return [];
  // .gitignore ties a pattern with a slash inside to the root; go-slug only one that starts with it.
  return [{ takesBack, matches: matcher([pattern.startsWith('/') ? pattern : `**/${pattern}`]) }];
}

/** Matches a name, or any folder above it, against patterns of .gitignore. Each rule has its own, so that order is ours. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const rules = ignore({ ignoreCase: false, allowRelativePaths: true }).add([...patterns]);
  return (name) => rules.ignores(name);
}
