import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, expect, it } from 'vitest';

import { describeOnLinux } from '../support/tool.ts';
import { http } from './http.ts';
import { serve } from './served.ts';

/** More than the buffers between server and client hold. */
const content = randomBytes(24_000_000);
const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;

describeOnLinux('F-06: a limit of 64 open files', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  it(
    'refuses new connections, breaks none that is served, and is forgotten',
    { timeout: 90_000 },
    async () => {
      await using server = await serve({ openFiles: 64 });
      const headers = { authorization: `Bearer ${server.token}` };
      const blob = `${server.url}/v2/plain/x/blobs/${digest}`;
      const uploads = `${server.url}/v2/plain/x/blobs/uploads/?digest=`;
      const pushed = await http(uploads + digest, { method: 'POST', headers, body: content });
      expect(pushed.status).toBe(201);

      // More than there may be, each with a file open on the other side; some of them get in.
      const downloads = await Promise.allSettled(
        Array.from({ length: 40 }, async () => {
          const sent = get(blob, { headers, agent: false });
          const [response] = (await once(sent, 'response')) as [IncomingMessage];
          return response.pause();
        }),
      );
      const begun = downloads.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(begun.length).toBeGreaterThanOrEqual(4);
      expect(begun.length).toBeLessThan(40);
      expect(begun.map(({ statusCode }) => statusCode)).toEqual(begun.map(() => 200));

      // And many that ask for nothing.
      const { port } = new URL(server.url);
      for (let i = 0; i < 200; i++) sockets.push(connect(Number(port), '127.0.0.1').on('error', () => {}));
      await sleep(1_000);
      expect(server.isAlive()).toBe(true);

      const read = begun.map(async (response) => {
        const hash = createHash('sha256');
        for await (const chunk of response as AsyncIterable<Buffer>) hash.update(chunk);
        return `sha256:${hash.digest('hex')}`;
      });
      expect(await Promise.all(read)).toEqual(begun.map(() => digest));

      // Idle connections lock nobody out: it reads, writes and takes newcomers while they are there.
      const small = randomBytes(1_000);
      const sha = `sha256:${createHash('sha256').update(small).digest('hex')}`;
      await expect
        .poll(async () => await status(uploads + sha, { method: 'POST', headers, body: small }), {
          timeout: 5_000,
        })
        .toBe(201);
      expect(await status(`${server.url}/readyz`)).toBe(200);
      expect((await http(blob, { headers })).body.equals(content)).toBe(true);
      expect(await server.metric(/ashlar_refused_total\{reason="connections"\}/)).toBeGreaterThan(0);
    },
  );

  const status = async (...request: Parameters<typeof http>) =>
    await http(...request).then(
      (answer) => answer.status,
      () => 0,
    );
});
