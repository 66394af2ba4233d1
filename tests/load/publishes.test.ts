import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { packZip } from '@ashlar/registry/intake';
import { expect, it } from 'vitest';

import { describeOnLinux } from '../support/tool.ts';
import { http } from './http.ts';
import { serve, type Served } from './served.ts';

const main = { path: 'main.tf', executable: false, bytes: Buffer.from('variable "a" {}\n') };

describeOnLinux('P13: the largest modules, published at the same time', () => {
  it('are unpacked one after the other', { timeout: 180_000 }, async () => {
    await using server = await serve();
    // Packs to a fiftieth, as the limit of the ratio allows.
    const body = await packZip([
      main,
      { path: 'random.bin', executable: false, bytes: randomBytes(2_200_000) },
      { path: 'zeros.bin', executable: false, bytes: Buffer.alloc(97_000_000) },
    ]);

    expect(await growthOf(server, async () => await publishAll(server, body, 6))).toBeLessThan(400);
  });

  it('do not wait in memory', { timeout: 180_000 }, async () => {
    await using server = await serve();
    const body = await packZip([
      main,
      { path: 'random.bin', executable: false, bytes: randomBytes(19_000_000) },
    ]);

    expect(await growthOf(server, async () => await publishAll(server, body, 16))).toBeLessThan(400);
  });
});

/** Publishes a body as so many modules at once. */
async function publishAll(server: Served, body: Buffer, count: number): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const ref = `terraform/contoso/m${i}/azurerm@1.0.0`;
      return await http(`${server.url}/api/v1/version?ref=${ref}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/zip' },
        body,
      });
    }),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
}

/** MiB by which the memory of the server grows while work is under way. */
async function growthOf(server: Served, work: () => Promise<void>): Promise<number> {
  const before = (await server.usage()).own;
  let most = before;
  const watch = new AbortController();
  const watched = (async () => {
    while (!watch.signal.aborted) {
      most = Math.max(most, (await server.usage()).own);
      await sleep(20);
    }
  })();
  await work().finally(() => watch.abort());
  await watched;
  console.log(`MiB of memory: ${before.toFixed(0)} before, ${most.toFixed(0)} at most`);
  return most - before;
}
