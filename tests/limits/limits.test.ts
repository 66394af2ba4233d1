import { type LimitName, limits, type SettingLimit, settingLimits } from '@ashlar/core';
import { loadConfig, type SettingName } from '@ashlar/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ociClient } from '../oci/client.ts';
import { pushBlob } from '../oci/content.ts';
import { startTestServer } from '../support/server.ts';
import { contentProbes } from './content.ts';
import { identityProbes } from './identity.ts';
import { listProbes } from './list.ts';
import { nameProbes } from './name.ts';
import { codeThrown, openPlace, type Probe } from './probe.ts';
import { requestProbes } from './request.ts';
import { serverProbes } from './server.ts';
import { syntaxProbes } from './syntax.ts';

/** The types see to it that each row of the table of limits has a probe: one without does not pass `npm run check`. */
const probes: Readonly<Record<LimitName, Probe>> = {
  ...contentProbes,
  ...syntaxProbes,
  ...nameProbes,
  ...requestProbes,
  ...listProbes,
  ...identityProbes,
  ...serverProbes,
};

let place: Awaited<ReturnType<typeof openPlace>>;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(async () => await place.close());

it('every limit has a probe, and every probe a limit', () => {
  expect(Object.keys(probes).toSorted()).toEqual(Object.keys(limits).toSorted());
});

describe('P13: a limit passes, one past it does not', () => {
  it.each(Object.keys(limits) as LimitName[])('%s', { timeout: 120_000 }, async (name) => {
    const { value, past } = limits[name];

    expect({ amount: value, became: await probes[name](value, place) }).toEqual({ amount: value });
    expect({ amount: value + 1, became: await probes[name](value + 1, place) }).toEqual({
      amount: value + 1,
      became: past,
    });
  });
});

/** The smallest amount that is written in whole numbers next to a bound: one byte or one second. */
const units: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

function amountOf(text: string): number {
  const [, number, unit] = /^(\d+)([A-Za-z]*)$/.exec(text)!;
  return Number(number) * (unit === '' ? 1 : units[unit!]!);
}

describe('P13: a setting keeps to its bounds', () => {
  const load = async (name: string, value: number | string) =>
    await codeThrown(
      async () => await loadConfig({ flags: { [name]: String(value) }, env: {}, cwd: process.cwd() }),
    );

  it.each(Object.entries<SettingLimit>(settingLimits))('%s', async (name, limit) => {
    const [least, most] = [amountOf(limit.least), amountOf(limit.most)];
    const { config } = await loadConfig({ flags: {}, env: {}, cwd: process.cwd() });

    expect(config[name as SettingName & keyof typeof config]).toBe(amountOf(limit.default));
    expect(await load(name, least)).toBeUndefined();
    expect(await load(name, least - 1)).toBe('ASH-CONFIG');
    expect(await load(name, most)).toBeUndefined();
    expect(await load(name, most + 1)).toBe('ASH-CONFIG');
  });

  it('and maxBlobSize is the largest blob', async () => {
    const server = await startTestServer({ settings: { maxBlobSize: '1MiB' } });
    try {
      const { send } = ociClient(server, { token: server.admin });
      const refusal = pushBlob(send, 'plain/large', Buffer.alloc(2 ** 20 + 1));

      await expect(refusal).rejects.toThrow('413');
      await expect(pushBlob(send, 'plain/large', Buffer.alloc(2 ** 20))).resolves.toBeDefined();
    } finally {
      await server.stop();
    }
  });
});
