/**
 * The least that a Node server has to do to hand out files named by their digest: it streams them, with the same header
 * fields as Ashlar. No access checks, no states, no ranges, no log.
 *
 *     node bare-pull.ts FOLDER
 */
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';

const folder = process.argv[2]!;

/** As Ashlar reads: twice as fast as the 64 KiB that Node reads by default. */
const readBytes = 256 * 1024;

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.destroy(error as Error));
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

async function answer({ url }: IncomingMessage, response: ServerResponse): Promise<void> {
  const digest = url!.slice(url!.lastIndexOf('/') + 1);
  const handle = await open(join(folder, digest.slice('sha256:'.length)));
  const { size } = await handle.stat();
  response.writeHead(200, {
    'x-content-type-options': 'nosniff',
    'docker-distribution-api-version': 'registry/2.0',
    'cache-control': 'no-store',
    'docker-content-digest': digest,
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
    'content-length': size,
  });
  pipeline(handle.createReadStream({ end: size - 1, highWaterMark: readBytes }), response, () => {});
}
