import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';

import { ensureLocalCa } from '@ashlar/registry/tls';

import type { Series } from './series.ts';
import { launchEmbedded, type Server } from './server.ts';
import { Violation } from './violation.ts';

const day = 86_400_000;

/** F-20: the certificate is renewed while the server runs; before that, the new files are no good. */
export const certificateSeries: Series = {
  fault: 'F-20',
  place: 'a renewed certificate',
  what: 'https without a restart',
  places: 1,
  async run(bench) {
    await bench.stop();
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-certificate-'));
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const install = async (from: string) => {
      await copyFile(join(from, 'server-key.pem'), key);
      await copyFile(join(from, 'server.pem'), cert);
    };
    try {
      const first = await issue(folder, 'first', Date.now());
      const second = await issue(folder, 'second', Date.now());
      const old = await issue(folder, 'old', Date.now() - 800 * day);
      await install(first);
      const env = { ASHLAR_LISTEN_TLS: '127.0.0.1:0', ASHLAR_TLS_CERT: cert, ASHLAR_TLS_KEY: key };
      const server = await launchEmbedded(bench.data, { env });
      try {
        await writeFile(cert, 'half a cert');
        await keeps(server, first, 'half a file');
        await install(old);
        await keeps(server, first, 'an expired one');
        await install(second);
        await shows(server, second);
      } finally {
        await server.kill();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return true;
  },
};

/** Issues a pair of files in a folder of its own; returns the folder. */
async function issue(folder: string, name: string, now: number): Promise<string> {
  const path = join(folder, name);
  await ensureLocalCa(path, { hosts: ['127.0.0.1'], clock: { now: () => now } });
  return path;
}

async function keeps(server: Server, expected: string, instead: string): Promise<void> {
  process.kill(server.pid, 'SIGHUP');
  await sleep(300);
  if ((await shown(server)) !== (await fingerprintOf(expected)))
    throw new Violation(`${instead} took the place of a good certificate`);
}

async function shows(server: Server, expected: string): Promise<void> {
  process.kill(server.pid, 'SIGHUP');
  const wanted = await fingerprintOf(expected);
  for (let tries = 0; tries < 100; tries++) {
    if ((await shown(server)) === wanted) return;
    await sleep(50);
  }
  throw new Violation('a renewed certificate is not shown after SIGHUP');
}

async function fingerprintOf(from: string): Promise<string> {
  return new X509Certificate(await readFile(join(from, 'server.pem'))).fingerprint256;
}

async function shown({ program }: Server): Promise<string> {
  const { hostname, port } = new URL(/https:\/\/\S+/.exec(program.stderr())![0]);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
