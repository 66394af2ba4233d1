import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { ashlarError } from '@ashlar/core';
import { access, constants } from '@ashlar/registry/gateway/file-system';

const run = promisify(execFile);

/**
 * Compiles `main.bicep` of a folder with the bicep of this machine; warnings of the compiler are passed on.
 * @throws ASH-BICEP-NOT-FOUND ASH-BICEP-COMPILE
 */
export async function compileBicep(folder: string, warn: (text: string) => void): Promise<Buffer> {
  const bicep = await findBicep();
  if (bicep === undefined) throw ashlarError('ASH-BICEP-NOT-FOUND', { folder });
  try {
    const { stdout, stderr } = await run(bicep, ['build', 'main.bicep', '--stdout'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (stderr.trim() !== '') warn(stderr.trim());
    return Buffer.from(stdout);
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    throw ashlarError('ASH-BICEP-COMPILE', { output: stderr.trim() || message }, { cause: error });
  }
}

/** In PATH, or where `az bicep install` puts it. */
async function findBicep(): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'bicep.exe' : 'bicep';
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, join(homedir(), '.azure', 'bin')]) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}
