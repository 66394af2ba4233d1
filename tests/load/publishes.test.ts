import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { packZip } from '@ashlar/registry/intake';
import { expect, it } from 'vitest';

import { describeOnLinux } from '../support/tool.ts';
import { http } from './http.ts';
import { serve } from './served.ts';

const count = 6;

describeOnLinux('P13: the largest modules, published at the same time', () => {
  it('are unpacked one after the other', { timeout: 180_000 }, async () => {
    await using server = await serve();
    // Packs to a fiftieth, as the limit of the ratio allows.
    const body = await packZip([
      { path: 'main.tf', executable: false, bytes: Buffer.from('variable "a" {}\n') },
      { path: 'random.bin', executable: false, bytes: randomBytes(2_200_000) },
      { path: 'zeros.bin', executable: false, bytes: Buffer.alloc(97_000_000) },
    ]);
    const before = await server.usage();
    let most = 0;
    let isDone = false;
    const watch = (async () => {
      while (!isDone) {
        most = Math.max(most, (await server.usage()).own);
        await sleep(20);
      }
    })();

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
    isDone = true;
    await watch;

    console.log(`MiB of memory: ${before.own.toFixed(0)} before, ${most.toFixed(0)} at most`);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(most - before.own).toBeLessThan(400);
  });
});
