/**
 * The least that a Node server has to do to take content and keep it: it hashes while it writes, syncs the bytes, gives
 * the file the name of its digest and syncs the folder, before it says that the content is there. No access checks, no
 * database, no log.
 *
 *     node bare-push.ts FOLDER
 */
import { createHash, randomUUID } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const folder = process.argv[2]!;

/** As Ashlar writes: one `writev` of a megabyte instead of many small writes. */
const batchBytes = 1024 * 1024;

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.destroy(error as Error));
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

/** `POST` begins an upload, `PUT` with the whole content ends it. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url!, 'http://127.0.0.1');
  if (request.method === 'POST') {
    response.writeHead(202, { location: `${url.pathname}${randomUUID()}`, 'content-length': 0 }).end();
    return;
  }
  const digest = url.searchParams.get('digest')!;
  const isStored = await store(request, join(folder, url.pathname.split('/').at(-1)!), digest);
  response.writeHead(isStored ? 201 : 400, { 'docker-content-digest': digest, 'content-length': 0 }).end();
}

async function store(body: IncomingMessage, staging: string, digest: string): Promise<boolean> {
  await using file = await open(staging, 'wx', 0o600);
  const hash = createHash('sha256');
  let batch: Buffer[] = [];
  let size = 0;
  const flush = async () => {
    const written = file.writev(batch);
    // Hashed on this thread while another one writes.
    for (const chunk of batch) hash.update(chunk);
    await written;
    batch = [];
    size = 0;
  };
  for await (const chunk of body as AsyncIterable<Buffer>) {
    batch.push(chunk);
    size += chunk.length;
    if (size >= batchBytes) await flush();
  }
  if (size > 0) await flush();
  if (`sha256:${hash.digest('hex')}` !== digest) return false;
  await file.datasync();
  await rename(staging, join(folder, digest.slice('sha256:'.length)));
  await using names = await open(folder);
  await names.sync();
  return true;
}
