import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The folder that `ASHLAR_CORPUS` names, and the files below it whose names end so, in order. */
export async function corpusFiles(
  endings: readonly string[],
): Promise<{ folder: string; files: readonly string[] }> {
  const name = process.env['ASHLAR_CORPUS'];
  if (!name || !existsSync(name)) {
    console.error('Set ASHLAR_CORPUS to a folder with modules.');
    process.exit(2);
  }
  const folder = resolve(name);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(?:\.git|node_modules)\//.test(file))
    .toSorted();
  return { folder, files };
}

/** Prints which commits of which repositories the folder and those in it are. */
export async function printCommits(folder: string): Promise<void> {
  const inside = await readdir(folder, { withFileTypes: true });
  const folders = [
    folder,
    ...inside.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name)),
  ];
  for (const each of folders) {
    const commit = await commitOf(each);
    if (commit !== undefined) console.log(`${each.slice(folder.length + 1) || '.'} at ${commit}`);
  }
}

/** A working tree knows its commit; one that was unpacked may have it in a file. */
async function commitOf(folder: string): Promise<string | undefined> {
  if (existsSync(join(folder, '.git')))
    return execFileSync('git', ['-C', folder, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const file = join(folder, '.commit');
  return existsSync(file) ? (await readFile(file, 'utf8')).trim() : undefined;
}
