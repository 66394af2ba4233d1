import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The folder of third-party modules that a command reads. */
export function corpusFolder(): string {
  const folder = process.env['ASHLAR_CORPUS'];
  if (folder !== undefined && folder !== '') return folder;
  console.error('Set ASHLAR_CORPUS to a folder with a checkout of the modules to read.');
  process.exit(2);
}

/** Which commit that folder holds. */
export function commitOf(folder: string): string {
  try {
    return execFileSync('git', ['-C', folder, 'rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // What is no checkout may say it in a file.
    try {
      return readFileSync(join(folder, '.commit'), 'utf8').trim();
    } catch {
      return 'no commit';
    }
  }
}

/** Paths of files below a folder, relative to it, in their order. */
export function filesBelow(folder: string, isWanted: (name: string) => boolean): string[] {
  return globSync('**/*', { cwd: folder })
    .filter((path) => isWanted(basename(path)) && !path.includes('node_modules/'))
    .sort();
}
