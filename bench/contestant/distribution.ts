import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { freePort } from '../../tests/support/free-port.ts';
import { startProgram, waitUntilUp } from '../program.ts';
import type { OciContestant } from './oci.ts';

/**
 * CNCF distribution with the settings of its Debian package: files, a cache of descriptors in memory, a log of every
 * request; without its htpasswd, so that it is spared bcrypt. It does not sync what it writes.
 */
export async function startDistribution(command: string, folder: string): Promise<OciContestant> {
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(folder, 'distribution.yml');
  await writeFile(config, configText(address, join(folder, 'distribution-data')));
  const program = await startProgram(command, ['serve', config], { log: join(folder, 'distribution.log') });
  const url = `http://${address}`;
  await waitUntilUp(`${url}/v2/`, program);
  return { name: 'distribution', program, url, repository: 'bench/files', credentials: {} };
}

function configText(address: string, storage: string): string {
  return `version: 0.1
log: { fields: { service: registry } }
storage:
  cache: { blobdescriptor: inmemory }
  filesystem: { rootdirectory: ${JSON.stringify(storage)} }
  delete: { enabled: true }
http:
  addr: ${JSON.stringify(address)}
  headers: { X-Content-Type-Options: [nosniff] }
health:
  storagedriver: { enabled: true, interval: 10s, threshold: 3 }
`;
}
