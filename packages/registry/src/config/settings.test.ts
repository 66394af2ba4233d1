import { describe, expect, test } from 'vitest';

import { serveOptions, settingEntries, settingsTable } from './settings.ts';

describe.each(settingEntries())('%s', (name, setting) => {
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

  test('has a variable and a flag that follow from its name', () => {
    expect(setting.env).toBe(`ASHLAR_${words.replaceAll('-', '_').toUpperCase()}`);
    expect([undefined, `--${words}`]).toContain(setting.flag);
  });

  test('has a default that its own schema takes', () => {
    if (setting.default === undefined) return;
    expect(setting.schema.safeParse(setting.default)).toMatchObject({ success: true });
  });

  test('is described in one sentence or two', () => {
    expect(setting.description).toMatch(/^[A-Z].+\.$/);
  });
});

test('secrets and structures have no flag', () => {
  const flagless = settingEntries().filter(([, { flag }]) => flag === undefined);
  expect(flagless.map(([name]) => name)).toEqual(['adminToken', 'entra']);
});

test('the options of serve', () => {
  expect(
    serveOptions()
      .filter(({ flags }) => !flags.startsWith('--blobs'))
      .slice(0, 3),
  ).toEqual([
    { flags: '--config <file>', env: 'ASHLAR_CONFIG', description: 'YAML file with settings.' },
    {
      flags: '--data <folder>',
      env: 'ASHLAR_DATA',
      description: 'Folder that holds everything the registry stores.',
      default: './ashlar-data',
    },
    {
      flags: '--listen <host:port>',
      env: 'ASHLAR_LISTEN',
      description: 'Address of the http listener, or off.',
      default: '127.0.0.1:8484',
    },
  ]);
});

test('the table for the guide has a row for each setting and the file', () => {
  const lines = settingsTable().trimEnd().split('\n');
  expect(lines).toHaveLength(settingEntries().length + 3);
  expect(lines).toContain(
    '| `listen` | `--listen` | `ASHLAR_LISTEN` | `127.0.0.1:8484` | Address of the http listener, or off. |',
  );
  expect(lines).toContain(
    '| `adminToken` |  | `ASHLAR_ADMIN_TOKEN` | made on first start, in \\<data>/admin-token | Presets the admin token. |',
  );
});
