import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { blobOutcome, digestOf } from './content.ts';
import { withinSeconds } from './crash-series.ts';
import { pushBlob } from './operation/blob.ts';
import type { Series } from './series.ts';
import { adminToken } from './server.ts';
import { Violation } from './violation.ts';

/** F-19: SIGTERM while a slow upload and a slow download are under way; both come to their end. */
export const drainSeries: Series = {
  fault: 'F-19',
  place: 'SIGTERM',
  what: 'transfers under way',
  places: 2,
  async run(bench) {
    const server = await bench.server();
    const repository = `plain/${bench.random.name()}`;
    const stored = bench.random.bytes(8_000_000);
    const digest = await pushBlob(server.client, repository, stored);
    const sent = bench.random.bytes(400_000);
    const download = slowDownload(`${server.client.url}/v2/${repository}/blobs/${digest}`);
    const upload = slowUpload(
      `${server.client.url}/v2/${repository}/blobs/uploads/?digest=${digestOf(sent)}`,
      sent,
    );
    await sleep(100);
    process.kill(server.pid, 'SIGTERM');

    const [received, status] = await withinSeconds(
      30,
      Promise.all([download, upload]),
      'the transfers',
    ).catch((error: unknown) => {
      throw new Violation(`a transfer was cut by SIGTERM: ${String(error)}`);
    });
    if (digestOf(received) !== digest) throw new Violation('a download that SIGTERM met is not whole');
    if (status !== 201) throw new Violation(`an upload that SIGTERM met was answered with ${status}`);
    const { exitCode, signal } = await withinSeconds(30, server.program.ended, 'the end of the server');
    if (exitCode !== 0) throw new Violation(`the server ended with ${exitCode ?? signal}`);
    const { client } = await bench.server();
    if ((await blobOutcome(client, repository, digestOf(sent))) === 'before')
      throw new Violation('an upload was acknowledged while the server went, and is lost');
    return true;
  },
};

const headers = { authorization: `Bearer ${adminToken}` };

/** Reads the first bytes at once and the rest a second later. */
async function slowDownload(url: string): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (chunks.length > 1) return;
        incoming.pause();
        setTimeout(() => incoming.resume(), 1_000);
      });
      incoming.on('error', reject);
      incoming.on('end', () => resolve(Buffer.concat(chunks)));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** Sends half of a blob at once and the rest a second later; resolves to the status. */
async function slowUpload(url: string, bytes: Buffer): Promise<number> {
  return await new Promise((resolve, reject) => {
    const length = { 'content-length': bytes.length };
    const outgoing = request(
      url,
      { method: 'POST', headers: { ...headers, ...length }, agent: false },
      (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      },
    );
    outgoing.on('error', reject);
    outgoing.write(bytes.subarray(0, bytes.length / 2));
    setTimeout(() => outgoing.end(bytes.subarray(bytes.length / 2)), 1_000);
  });
}
