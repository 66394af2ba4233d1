import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { blobOutcome, digestOf } from './content.ts';
import { expectStatus } from './client.ts';
import type { Series } from './series.ts';
import { adminToken, type Server } from './server.ts';
import { Violation } from './violation.ts';

/** F-07: the connection of an upload breaks; its session says what it holds, and goes on from there. */
export const cutSeries: Series = {
  fault: 'F-07',
  place: 'the connection breaks',
  what: 'upload in chunks',
  places: 6,
  async run(bench) {
    const server = await bench.server();
    const { client } = server;
    const repository = `plain/${bench.random.name()}`;
    const bytes = bench.random.bytes(1 + bench.random.below(3_000_000));
    const sent = bench.random.below(bytes.length);
    const started = expectStatus('it', await client.send('POST', `/v2/${repository}/blobs/uploads/`), 202);
    const location = started.headers.location!;
    await sendPart(server, location, bytes.length, bytes.subarray(0, sent));

    const { held, next } = await progress(server, location);
    if (held > sent) throw new Violation(`the session holds ${held} bytes of the ${sent} that were sent`);
    const rest = { bytes: bytes.subarray(held) };
    const answer = expectStatus('the rest', await client.send('PATCH', next, rest), 202);
    const digest = digestOf(bytes);
    const ended = await client.send('PUT', `${answer.headers.location}?digest=${digest}`);
    if (ended.status !== 201)
      throw new Violation(`after ${held} of ${sent} bytes: ${ended.status} ${ended.bytes.toString()}`);
    if ((await blobOutcome(client, repository, digest)) === 'before')
      throw new Violation('acknowledged and not there');
    return true;
  },
};

async function sendPart(server: Server, location: string, length: number, bytes: Buffer): Promise<void> {
  const { hostname, port } = new URL(server.client.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => {});
  const head = `PATCH ${location} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminToken}\r\n`;
  socket.write(`${head}Content-Length: ${length}\r\n\r\n`);
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  socket.destroy();
}

/** What the session holds, once the server has noticed that nothing more comes: until then it is busy. */
async function progress({ client }: Server, location: string): Promise<{ held: number; next: string }> {
  for (let tries = 0; tries < 200; tries++) {
    const { status } = await client.send('PATCH', location, { bytes: Buffer.alloc(0) });
    if (status === 202) break;
    await sleep(20);
  }
  const answer = expectStatus('progress', await client.send('GET', location), 204);
  const last = Number(/^0-(\d+)$/.exec(String(answer.headers['range']))?.[1]);
  // `0-0` is nothing or one byte; a single byte is sent again below, where the server leaves it out.
  return { held: last === 0 ? 0 : last + 1, next: answer.headers.location! };
}
