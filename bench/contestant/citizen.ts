import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { pack } from 'tar-stream';
import { gzipSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';

import { freePort } from '../../tests/support/free-port.ts';
import { startProgram, waitUntilUp } from '../program.ts';
import {
  type BenchModule,
  moduleNamespace,
  type ModuleServer,
  moduleSystem,
  moduleVersion,
} from './module-server.ts';

/** It has no setting for the address that it listens on, and would take all. */
const onLoopback = `data:text/javascript,${encodeURIComponent(
  `import net from 'node:net';
   const { listen } = net.Server.prototype;
   net.Server.prototype.listen = function (port) { return listen.call(this, port, '127.0.0.1'); };`,
)}`;

/**
 * `citizen server` out of the folder that ASHLAR_CITIZEN names, a checkout that is ready to run, with files and SQLite.
 * It takes modules without a token and keeps no checksum of them.
 */
export async function startCitizen(checkout: string, folder: string): Promise<ModuleServer> {
  const port = await freePort();
  const storage = join(folder, 'citizen-data');
  await mkdir(storage);
  const program = await startProgram(
    process.execPath,
    ['--import', onLoopback, join(checkout, 'bin/citizen'), 'server'],
    {
      log: join(folder, 'citizen.log'),
      env: {
        PORT: String(port),
        NODE_ENV: 'production',
        CITIZEN_DATABASE_TYPE: 'sqlite',
        CITIZEN_DATABASE_URL: `file:${join(storage, 'citizen.db')}`,
        CITIZEN_STORAGE: 'file',
        CITIZEN_STORAGE_PATH: storage,
      },
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await waitUntilUp(`${url}/.well-known/terraform.json`, program);
  return { name: 'citizen', program, url };
}

export async function publishToCitizen({ url }: ModuleServer, { name, files }: BenchModule): Promise<void> {
  const tar = pack();
  for (const { path, bytes } of files) tar.entry({ name: path }, bytes);
  tar.finalize();
  const archive = gzipSync(await buffer(tar));
  const form = new FormData();
  form.append('module', new Blob([new Uint8Array(archive)]), `${name}.tar.gz`);
  const target = `${url}/v1/modules/${moduleNamespace}/${name}/${moduleSystem}/${moduleVersion}`;
  const response = await fetch(target, { method: 'POST', body: form });
  if (response.status !== 201) throw new Error(`${target}: ${response.status} ${await response.text()}`);
}
