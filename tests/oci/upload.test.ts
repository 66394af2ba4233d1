import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openConnection } from '../support/raw-connection.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { errorOf, ociClient, type Send } from './client.ts';
import { bytesOf, digestOf, pushBlob, startUpload } from './content.ts';

const repository = 'contoso/blobs';
const base = `/v2/${repository}/blobs`;
const content = bytesOf(10_000);

let server: TestServer;
let send: Send;

beforeAll(async () => {
  server = await startTestServer({ settings: { maxBlobSize: '1MiB' } });
  ({ send } = ociClient(server, { token: server.admin }));
});
afterAll(async () => await server.stop());

async function patch(location: string, body: Buffer | Readable, start?: number, sender: Send = send) {
  const range =
    start === undefined || !Buffer.isBuffer(body)
      ? {}
      : { 'content-range': `${start}-${start + body.length - 1}` };
  return await sender('PATCH', location, {
    headers: { 'content-type': 'application/octet-stream', ...range },
    body,
  });
}

async function expectBlob(bytes: Buffer, digest = digestOf(bytes)): Promise<void> {
  const answer = await send('GET', `${base}/${digest}`);
  expect({ status: answer.status, same: answer.body.equals(bytes) }).toEqual({ status: 200, same: true });
}

async function expectNoBlob(digest: string): Promise<void> {
  expect((await send('HEAD', `${base}/${digest}`)).status).toBe(404);
}

describe('end-4a and end-6: POST, then PUT', () => {
  it('gives a Location, root-relative, that takes the whole blob', async () => {
    const bytes = bytesOf(5000, 'post-put');
    const post = await send('POST', `${base}/uploads/`);
    expect(post).toMatchObject({ status: 202, headers: { range: '0-0', 'content-length': '0' } });
    expect(post.headers.location).toMatch(new RegExp(`^${base}/uploads/[^/?]+$`));

    const put = await send('PUT', `${post.headers.location}?digest=${digestOf(bytes)}`, { body: bytes });
    expect(put).toMatchObject({
      status: 201,
      headers: {
        location: `${base}/${digestOf(bytes)}`,
        'docker-content-digest': digestOf(bytes),
        'content-length': '0',
      },
    });
    await expectBlob(bytes);
  });

  it.each([
    ['?&digest=<d>, as ORAS writes it', (d: string) => `?&digest=${d}`],
    ['%3A in the digest', (d: string) => `?digest=${d.replace(':', '%3A')}`],
    ['%3a in the digest', (d: string) => `?digest=${d.replace(':', '%3a')}`],
  ])('takes %s', async (what, query) => {
    const bytes = bytesOf(100, what);
    const location = await startUpload(send, repository);

    expect((await send('PUT', location + query(digestOf(bytes)), { body: bytes })).status).toBe(201);
    await expectBlob(bytes);
  });

  it('takes POST without the slash at the end', async () => {
    expect((await send('POST', `${base}/uploads`)).status).toBe(202);
  });

  it.each([
    ['of other content', digestOf('other')],
    ['that is none', 'sha256:abc'],
    ['of an unknown algorithm', `md5:${'a'.repeat(32)}`],
    ['that is missing', ''],
  ])('refuses a digest %s: 400 DIGEST_INVALID, and no blob appears', async (what, digest) => {
    const bytes = bytesOf(50, what);
    const location = await startUpload(send, repository);

    expect(errorOf(await send('PUT', `${location}?digest=${digest}`, { body: bytes }))).toMatchObject({
      status: 400,
      code: 'DIGEST_INVALID',
    });
    await expectNoBlob(digestOf(bytes));
    await expectNoBlob(digestOf('other'));
  });

  it('takes what exists already', async () => {
    await pushBlob(send, repository, content);
    await pushBlob(send, repository, content);
    await expectBlob(content);
  });

  it.each(['GET', 'HEAD', 'PUT'])(
    'knows no endpoint for %s of the list of uploads: 405 UNSUPPORTED',
    async (method) => {
      const answer = await send(method, `${base}/uploads/`);

      expect(answer.status).toBe(405);
    },
  );
});

describe('end-4b: a single POST', () => {
  it.each(['sha256', 'sha512'] as const)('takes the whole blob under its %s', async (algorithm) => {
    const bytes = bytesOf(2000, `single ${algorithm}`);
    const digest = digestOf(bytes, algorithm);

    expect(await send('POST', `${base}/uploads/?digest=${digest}`, { body: bytes })).toMatchObject({
      status: 201,
      headers: { location: `${base}/${digest}`, 'docker-content-digest': digest },
    });
    await expectBlob(bytes, digest);
  });

  it('takes a body of unknown length', async () => {
    const bytes = bytesOf(300_000, 'single streamed');
    const body = Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]);

    expect((await send('POST', `${base}/uploads/?digest=${digestOf(bytes)}`, { body })).status).toBe(201);
    await expectBlob(bytes);
  });

  it('takes a zero-byte blob', async () => {
    expect((await send('POST', `${base}/uploads/?digest=${digestOf('')}`)).status).toBe(201);
    await expectBlob(Buffer.alloc(0));
  });

  it('refuses other content than announced', async () => {
    const answer = await send('POST', `${base}/uploads/?digest=${digestOf('a')}`, { body: 'b' });

    expect(errorOf(answer)).toEqual({ status: 400, code: 'DIGEST_INVALID', error: 'ASH-DIGEST-MISMATCH' });
    await expectNoBlob(digestOf('a'));
    await expectNoBlob(digestOf('b'));
  });
});

describe('end-4c: the algorithm', () => {
  it.each(['', '?digest-algorithm=sha256', '?digest-algorithm=sha512'])(
    'sha512 after POST %s, chunked',
    async (query) => {
      const bytes = bytesOf(4000, `sha512 ${query}`);
      let location = await startUpload(send, repository, query);
      location = (await patch(location, bytes.subarray(0, 1000), 0)).headers.location!;
      location = (await patch(location, bytes.subarray(1000), 1000)).headers.location!;

      expect((await send('PUT', `${location}?digest=${digestOf(bytes, 'sha512')}`)).status).toBe(201);
      await expectBlob(bytes, digestOf(bytes, 'sha512'));
      await expectNoBlob(digestOf(bytes));
    },
  );

  it('sha256 although sha512 was announced', async () => {
    const location = await startUpload(send, repository, '?digest-algorithm=sha512');

    expect((await send('PUT', `${location}?digest=${digestOf('x')}`, { body: 'x' })).status).toBe(201);
  });

  it('refuses others: 400 UNSUPPORTED', async () => {
    expect(errorOf(await send('POST', `${base}/uploads/?digest-algorithm=md5`))).toMatchObject({
      status: 400,
      code: 'UNSUPPORTED',
    });
  });
});

describe('end-5: chunks', () => {
  it('are taken in order; each answer says how far it is', async () => {
    const bytes = bytesOf(3000, 'chunks');
    let location = await startUpload(send, repository);
    for (const start of [0, 1000]) {
      const answer = await patch(location, bytes.subarray(start, start + 1000), start);
      expect(answer).toMatchObject({
        status: 202,
        headers: { range: `0-${start + 999}`, 'content-length': '0' },
      });
      location = answer.headers.location!;
    }

    const put = await send('PUT', `${location}?digest=${digestOf(bytes)}`, {
      headers: { 'content-range': '2000-2999' },
      body: bytes.subarray(2000),
    });
    expect(put.status).toBe(201);
    await expectBlob(bytes);
  });

  it('out of order are answered 416 with Location and Range; end-13 tells the same and the upload goes on', async () => {
    const bytes = bytesOf(2000, 'out of order');
    const first = await startUpload(send, repository);
    const location = (await patch(first, bytes.subarray(0, 1000), 0)).headers.location!;

    const wrong = await patch(location, bytes.subarray(1500), 1500);
    expect(errorOf(wrong)).toEqual({ status: 416, code: 'BLOB_UPLOAD_INVALID', error: 'ASH-UPLOAD-RANGE' });
    expect(wrong.headers).toMatchObject({ range: '0-999', location: expect.stringMatching(/^\/v2\//) });
    const again = await patch(first, bytes.subarray(0, 1000), 0);
    expect(again).toMatchObject({ status: 416, headers: { range: '0-999' } });

    const status = await send('GET', wrong.headers.location!);
    expect(status).toMatchObject({ status: 204, text: '', headers: { range: '0-999' } });
    expect((await patch(status.headers.location!, bytes.subarray(1000), 1000)).headers.range).toBe('0-1999');
    expect((await send('PUT', `${location}?digest=${digestOf(bytes)}`)).status).toBe(201);
    await expectBlob(bytes);
  });

  it('out of order in the closing PUT are answered 416 too, and the upload goes on', async () => {
    const bytes = bytesOf(2000, 'out of order at the end');
    const location = await startUpload(send, repository);
    await patch(location, bytes.subarray(0, 1000), 0);
    const put = async (start: number) =>
      await send('PUT', `${location}?digest=${digestOf(bytes)}`, {
        headers: { 'content-range': `${start}-${start + 999}` },
        body: bytes.subarray(1000),
      });

    expect(await put(500)).toMatchObject({ status: 416, headers: { range: '0-999' } });
    expect((await put(1000)).status).toBe(201);
    await expectBlob(bytes);
  });

  it.each(['bytes 0-9', '0-', '-9', '9-0', 'bytes=0-9', 'x'])(
    'with the Content-Range "%s" are refused',
    async (range) => {
      const location = await startUpload(send, repository);
      const answer = await send('PATCH', location, {
        headers: { 'content-range': range },
        body: Buffer.alloc(10),
      });

      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'BLOB_UPLOAD_INVALID' });
    },
  );

  it('with another length than their Content-Range are refused: SIZE_INVALID', async () => {
    const location = await startUpload(send, repository);
    const headers = { 'content-range': '0-9' };

    const known = await send('PATCH', location, { headers, body: Buffer.alloc(8) });
    expect(errorOf(known)).toMatchObject({ status: 400, code: 'SIZE_INVALID' });
    const streamed = await send('PATCH', location, { headers, body: Readable.from([Buffer.alloc(8)]) });
    expect(errorOf(streamed)).toMatchObject({ status: 400, code: 'SIZE_INVALID' });
  });

  it('without Content-Range and of unknown length are taken as a stream', async () => {
    const bytes = bytesOf(500_000, 'streamed');
    let location = await startUpload(send, repository);
    const half = (part: Buffer) => Readable.from([part.subarray(0, 70_000), part.subarray(70_000)]);

    const first = await patch(location, half(bytes.subarray(0, 250_000)));
    expect(first.headers.range).toBe('0-249999');
    location = first.headers.location!;
    expect((await patch(location, half(bytes.subarray(250_000)))).headers.range).toBe('0-499999');
    expect((await send('PUT', `${location}?digest=${digestOf(bytes)}`)).status).toBe(201);
    await expectBlob(bytes);
  });

  it('keep the bytes, however they are cut', async () => {
    const chunk = fc.record({
      size: fc.integer({ min: 1, max: 5000 }),
      ranged: fc.boolean(),
      streamed: fc.boolean(),
      retried: fc.boolean(),
    });
    const push = fc.record({
      chunks: fc.array(chunk, { maxLength: 6 }),
      closing: fc.integer({ min: 0, max: 2000 }),
      algorithm: fc.constantFrom('sha256' as const, 'sha512' as const),
      announced: fc.constantFrom('', '?digest-algorithm=sha512'),
      seed: fc.string(),
    });
    await fc.assert(
      fc.asyncProperty(push, async ({ chunks, closing, algorithm, announced, seed }) => {
        const bytes = bytesOf(
          chunks.reduce((sum, { size }) => sum + size, closing),
          seed,
        );
        let location = await startUpload(send, repository, announced);
        let start = 0;
        for (const { size, ranged, streamed, retried } of chunks) {
          const part = bytes.subarray(start, start + size);
          const headers = ranged ? { 'content-range': `${start}-${start + size - 1}` } : {};
          const answer = await send('PATCH', location, {
            headers,
            body: streamed ? Readable.from([part]) : part,
          });
          expect(answer).toMatchObject({ status: 202, headers: { range: `0-${start + size - 1}` } });
          const again = async (to: string) => await send('PATCH', to, { headers, body: part });
          // With its range a chunk that was taken is out of order; without, it is known by its Location.
          if (retried) expect((await again(location)).status).toBe(ranged ? 416 : 202);
          location = answer.headers.location!;
          start += size;
        }
        const digest = digestOf(bytes, algorithm);
        expect(
          (await send('PUT', `${location}?digest=${digest}`, { body: bytes.subarray(start) })).status,
        ).toBe(201);
        await expectBlob(bytes, digest);
      }),
      { numRuns: 40 },
    );
  });
});

describe('uploads that stop', () => {
  it('go on after a broken connection', async () => {
    const bytes = bytesOf(600_000, 'broken');
    const location = await startUpload(send, repository);
    await breakOff(location, bytes.subarray(0, 400_000));

    const { size, next } = await settledUpload(location);
    expect(size).toBeGreaterThan(0);
    expect((await patch(next, bytes.subarray(size), size)).status).toBe(202);
    expect((await send('PUT', `${location}?digest=${digestOf(bytes)}`)).status).toBe(201);
    await expectBlob(bytes);
  });

  it('go on after a restart of the server', async () => {
    const bytes = bytesOf(2000, 'restart');
    const first = await startTestServer({ data: `${server.data}-restart` });
    const before = ociClient(first, { token: first.admin }).send;
    const location = await startUpload(before, repository);
    await patch(location, bytes.subarray(0, 1200), 0, before);
    await first.stop();

    const second = await startTestServer({ data: `${server.data}-restart` });
    const after = ociClient(second, { token: second.admin }).send;
    expect(await after('GET', location)).toMatchObject({ status: 204, headers: { range: '0-1199' } });
    expect((await patch(location, bytes.subarray(1200), 1200, after)).status).toBe(202);
    expect((await after('PUT', `${location}?digest=${digestOf(bytes)}`)).status).toBe(201);
    expect((await after('GET', `${base}/${digestOf(bytes)}`)).body.equals(bytes)).toBe(true);
    await second.stop();
    await rm(`${server.data}-restart`, { recursive: true });
  });

  it('take a chunk and the closing PUT once, also when the client sends them again after a lost answer', async () => {
    const bytes = bytesOf(3000, 'sent again');
    const first = await startUpload(send, repository);
    const second = (await patch(first, bytes.subarray(0, 2000))).headers.location!;
    expect((await patch(first, bytes.subarray(0, 2000))).headers.range).toBe('0-1999');
    const close = async () =>
      await send('PUT', `${second}?digest=${digestOf(bytes)}`, { body: bytes.subarray(2000) });

    expect([(await close()).status, (await close()).status]).toEqual([201, 201]);
    await expectBlob(bytes);
  });

  it('end-14: are cancelled for good', async () => {
    const location = await startUpload(send, repository);
    await patch(location, content, 0);

    expect(await send('DELETE', location)).toMatchObject({ status: 204, text: '' });
    const unknown = { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' };
    expect(errorOf(await send('GET', location))).toMatchObject(unknown);
    expect(errorOf(await patch(location, content, 0))).toMatchObject(unknown);
    expect(errorOf(await send('DELETE', location))).toMatchObject(unknown);
    expect(errorOf(await send('PUT', `${location}?digest=${digestOf('cancelled')}`))).toMatchObject(unknown);
  });

  it('are over when they are finished', async () => {
    const location = await startUpload(send, repository);
    await send('PUT', `${location}?digest=${digestOf('')}`);

    expect((await send('GET', location)).status).toBe(404);
  });

  it.each(['abc', '../../admin-token', '%2e%2e', 'sha256-00'])('never began: %s is 404', async (ticket) => {
    expect([404, 400]).toContain((await send('PATCH', `${base}/uploads/${ticket}`, { body: 'x' })).status);
  });
});

describe('Locations', () => {
  it('carry their own authorisation, as the Azure SDK needs it', async () => {
    const anonymous = ociClient(server).send;
    const bytes = bytesOf(100, 'azure');
    const location = await startUpload(send, repository);
    const next = (await patch(location, bytes, 0, anonymous)).headers.location!;

    expect((await anonymous('PUT', `${next}?digest=${digestOf(bytes)}`)).status).toBe(201);
    await expectBlob(bytes);
  });

  it('work in their own repository only', async () => {
    const location = await startUpload(send, repository);
    const elsewhere = location.replace(repository, 'contoso/elsewhere');

    expect((await ociClient(server).send('PUT', `${elsewhere}?digest=${digestOf('')}`)).status).toBe(401);
    expect(errorOf(await send('GET', elsewhere))).toMatchObject({ status: 404, code: 'BLOB_UPLOAD_UNKNOWN' });
  });

  it('die with the token that began the upload', async () => {
    const { body } = await server.api('POST', '/tokens', { name: 'short', scopes: ['publish:contoso'] });
    const mine = ociClient(server, { token: body.token }).send;
    const location = await startUpload(mine, repository);
    await server.api('DELETE', `/tokens/${body.id}`);

    expect((await ociClient(server).send('PATCH', location, { body: 'x' })).status).toBe(401);
  });
});

describe('the limit on blobs', () => {
  const limit = 1024 * 1024;

  it.each(['POST', 'PUT', 'PATCH'])(
    'takes exactly as much with %s, and not a byte more: 413 SIZE_INVALID',
    async (method) => {
      const push = async (bytes: Buffer) => {
        const digest = digestOf(bytes);
        if (method === 'POST')
          return await send('POST', `${base}/uploads/?digest=${digest}`, { body: bytes });
        const location = await startUpload(send, repository);
        if (method === 'PUT') return await send('PUT', `${location}?digest=${digest}`, { body: bytes });
        const first = await patch(location, bytes, 0);
        return first.status === 202 ? await send('PUT', `${location}?digest=${digest}`) : first;
      };
      const most = bytesOf(limit, method);

      expect((await push(most)).status).toBe(201);
      const more = bytesOf(limit + 1, method);
      expect(errorOf(await push(more))).toEqual({
        status: 413,
        code: 'SIZE_INVALID',
        error: 'ASH-BLOB-SIZE',
      });
      await expectNoBlob(digestOf(more));
    },
  );
});

describe('who may not push', () => {
  it('learns it before the body when it asks with Expect: 100-continue', async () => {
    const answer = await expectContinue(`${base}/uploads/?digest=${digestOf(content)}`, undefined);

    expect(answer).toEqual({ status: 401, continued: false, connection: 'close' });
  });

  it('and who may is told to continue', async () => {
    const authorization = `Bearer ${server.admin}`;

    expect(await expectContinue(`${base}/uploads/?digest=${digestOf(content)}`, authorization)).toMatchObject(
      {
        status: 201,
        continued: true,
      },
    );
  });

  it.each(['PUT', 'POST', 'PATCH'])(
    'can go on over the same connection after a %s with a body',
    async (method) => {
      const connection = ociClient(server).overOneConnection();
      const target =
        method === 'POST' ? `${base}/uploads/?digest=${digestOf(content)}` : `${base}/uploads/unknown`;
      const refused = await connection.send(method, target, { body: bytesOf(200_000) });
      const next = await connection.send('GET', '/v2/');
      connection.close();

      expect([refused.status, next.status]).toEqual([401, 401]);
      expect(next.localPort).toBe(refused.localPort);
      expect(next.json.errors[0].code).toBe('UNAUTHORIZED');
    },
  );
});

it('a connection goes on after a body that was too large', async () => {
  const connection = ociClient(server, { token: server.admin }).overOneConnection();
  const bytes = bytesOf(6_000_000, 'too large');
  const target = `${base}/uploads/?digest=${digestOf(bytes)}`;
  const known = await connection.send('POST', target, { body: bytes });
  const streamed = await connection.send('POST', target, {
    body: Readable.from([bytes.subarray(0, 3_000_000), bytes.subarray(3_000_000)]),
  });
  const next = await connection.send('GET', '/v2/');
  connection.close();

  expect([known.status, streamed.status, next.status]).toEqual([413, 413, 200]);
  expect(new Set([known.localPort, streamed.localPort, next.localPort]).size).toBe(1);
});

/** Sends the beginning of a chunk and breaks the connection. */
async function breakOff(location: string, part: Buffer): Promise<void> {
  const { hostname, port } = new URL(server.http);
  const broken = request({
    host: hostname,
    port,
    method: 'PATCH',
    path: location,
    headers: { 'content-length': part.length * 2 },
  });
  broken.on('error', () => {});
  await new Promise((resolve) => broken.write(part, resolve));
  await sleep(100);
  broken.destroy();
}

/** Asks how far an upload is until that stays the same. */
async function settledUpload(location: string): Promise<{ size: number; next: string }> {
  let size = -1;
  for (;;) {
    const answer = await send('GET', location);
    const now = Number(/^0-(\d+)$/.exec(answer.headers.range ?? '')?.[1]) + 1;
    if (now === size) return { size, next: answer.headers.location! };
    size = now;
    await sleep(100);
  }
}

async function expectContinue(path: string, authorization: string | undefined) {
  const { hostname, port } = new URL(server.http);
  const headers = {
    expect: '100-continue',
    'content-length': content.length,
    ...(authorization === undefined ? {} : { authorization }),
  };
  const outgoing = request({ host: hostname, port, method: 'POST', path, headers });
  let continued = false;
  outgoing.on('continue', () => {
    continued = true;
    outgoing.end(content);
  });
  outgoing.flushHeaders();
  const [response] = await once(outgoing, 'response');
  const { statusCode, headers: answered } = response as {
    statusCode: number;
    headers: Record<string, string>;
  };
  outgoing.on('error', () => {});
  outgoing.destroy();
  return { status: statusCode, continued, connection: answered['connection'] };
}

it('leaves nothing on the disk of an upload in one request that breaks: nobody can go on with it', async () => {
  const staged = async () => await readdir(join(server.data, 'blobs', 'upload'));
  const before = (await staged()).length;
  const connection = await openConnection(server.http);
  await connection.write(
    `POST ${base}/uploads/?digest=${digestOf(content)} HTTP/1.1\r\nHost: x\r\n` +
      `Authorization: Bearer ${server.admin}\r\nContent-Length: ${content.length}\r\n\r\n`,
  );
  await connection.write(content.subarray(0, 5_000));
  await expect.poll(async () => (await staged()).length, { timeout: 10_000 }).toBe(before + 1);
  connection.close();

  await expect.poll(async () => (await staged()).length, { timeout: 10_000 }).toBe(before);
});
