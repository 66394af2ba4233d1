import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startProgram } from '../program.ts';
import type { OciContestant } from './oci.ts';

/** Starts one of the bare servers beside this file: `node:http` under the same Node, and nothing else. */
export async function startBare(kind: 'pull' | 'push', folder: string): Promise<OciContestant> {
  const data = join(folder, `bare-${kind}-data`);
  await mkdir(data);
  const script = fileURLToPath(new URL(`bare-${kind}.ts`, import.meta.url));
  const program = await startProgram(process.execPath, [script, data], {
    log: join(folder, `bare-${kind}.log`),
  });
  const [, url] = await program.waitFor(/listening on (\S+)/);
  return { name: 'bare node:http', program, url: url!, repository: 'bench/files', credentials: {} };
}
