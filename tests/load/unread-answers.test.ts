import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { emptyConfig, imageManifest } from '../oci/content.ts';
import { describeOnLinux } from '../support/tool.ts';
import { http } from './http.ts';
import { serve, type Served } from './served.ts';

const MiB = 1024 * 1024;
const clients = 200;
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: imageManifest,
  config: emptyConfig,
  layers: [],
  annotations: { a: 'x'.repeat(4 * MiB - 1_000) },
});
const subject = { mediaType: 'a/b', digest: `sha256:${'1'.repeat(64)}`, size: 1 };
const referrer = JSON.stringify({ ...JSON.parse(manifest), subject });

describeOnLinux('P13: 200 clients that ask for 4 MiB and read nothing', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  describe.each([
    ['a manifest', '/v2/plain/x/manifests/1'],
    ['a list', `/v2/plain/x/referrers/${subject.digest}`],
  ])('%s', (_, path) => {
    it('cost little memory, and the server goes on', { timeout: 120_000 }, async () => {
      await using server = await serve();
      await push(server, 'manifests/1', manifest);
      await push(server, 'manifests/2', referrer);
      const read = async () =>
        await http(server.url + path, { headers: { authorization: `Bearer ${server.token}` } });
      const whole = await read();
      expect([whole.status, whole.body.length > 4 * MiB - 2_000]).toEqual([200, true]);
      const before = await server.usage();

      let most = 0;
      for (let i = 0; i < clients; i++) {
        ask(server, path);
        await sleep(10);
        if (i % 10 === 9) most = Math.max(most, (await server.usage()).own);
      }
      await sleep(500);
      most = Math.max(most, (await server.usage()).own);

      console.log(`MiB of memory: ${before.own.toFixed(0)} before, ${most.toFixed(0)} at most`);
      expect(most - before.own).toBeLessThan(256);
      const again = await read();
      expect([again.status, again.body.equals(whole.body)]).toEqual([200, true]);
    });
  });

  function ask(server: Served, path: string): void {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
    sockets.push(socket.pause());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token}\r\n\r\n`);
  }
});

async function push(server: Served, reference: string, body: string): Promise<void> {
  const { status } = await http(`${server.url}/v2/plain/x/${reference}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': imageManifest },
    body: Buffer.from(body),
  });
  expect(status).toBe(201);
}
