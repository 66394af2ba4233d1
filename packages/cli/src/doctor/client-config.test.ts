import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

import {
  checkBicepConfig,
  checkDockerConfig,
  checkHostBlock,
  checkTrustedRegistries,
  type ClientConfig,
  hostBlocks,
} from './client-config.ts';
import type { ProgramName } from './program.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ashlar-doctor-'));
});

function configWith(changes: Partial<ClientConfig> = {}): ClientConfig {
  const programs = new Map<ProgramName, string>([
    ['terraform', '1.11.4'],
    ['bicep', '0.46.1'],
    ['docker', '28.0.0'],
  ]);
  const http = 'http://127.0.0.1:8484';
  return {
    url: http,
    http,
    https: undefined,
    isSignedIn: true,
    programs,
    env: {},
    home,
    cwd: home,
    ...changes,
  };
}

function write(name: string, text: string): void {
  mkdirSync(dirname(join(home, name)), { recursive: true });
  writeFileSync(join(home, name), text);
}

describe('checkHostBlock', () => {
  const block =
    'host "registry.terraform.io" {\n  services = { "modules.v1" = "http://127.0.0.1:8484/v1/modules/" }\n}\n';

  it.each([
    ['.terraformrc', block, 'ok'],
    ['.terraform.d/team.tfrc', block, 'ok'],
    ['.terraform.d/team.txt', block, 'fail'],
    ['.terraformrc', `# ${block.replaceAll('\n', '\n# ')}`, 'fail'],
    ['.terraformrc', block.replace('8484', '8485'), 'fail'],
  ])('%s', async (name, text, status) => {
    write(name, text);

    expect(await checkHostBlock('terraform', configWith())).toMatchObject({ status });
  });

  it('needs none under https, and asks for none where there is no terraform', async () => {
    const https = 'https://modules.example';

    expect(await checkHostBlock('terraform', configWith({ url: https, https }))).toMatchObject({
      status: 'ok',
    });
    expect(await checkHostBlock('opentofu', configWith())).toMatchObject({ status: 'skip' });
  });

  it('keeps blocks apart', () => {
    const text = `host "a" {\n services = {}\n}\nhost "b" {\n  services = {\n    modules.v1 = "u"\n  }\n}\n`;

    expect(hostBlocks(text)).toEqual([{ host: 'b', modules: 'u' }]);
  });
});

describe('checkBicepConfig', () => {
  const alias = '"moduleAliases": {"br": {"x": {"registry": "127.0.0.1:8484", "modulePath": "bicep"}}}';
  const isOn = '"experimentalFeaturesEnabled": {"ociEnabled": true}';

  it.each([
    [`{${alias}, ${isOn}} // fine`, 'ok', 'br/x is 127.0.0.1:8484, ociEnabled'],
    [`{${alias}}`, 'fail', 'lacks ociEnabled'],
    [`{${isOn}}`, 'fail', 'lacks an alias for 127.0.0.1:8484'],
    ['{}', 'fail', 'lacks an alias for 127.0.0.1:8484 and ociEnabled'],
  ])('%s', async (text, status, detail) => {
    write('bicepconfig.json', text);

    expect(await checkBicepConfig(configWith())).toMatchObject({ status, detail });
  });

  it('is not for folders without Bicep', async () => {
    expect(await checkBicepConfig(configWith())).toMatchObject({ status: 'skip' });
    write('main.bicep', '');
    expect(await checkBicepConfig(configWith())).toMatchObject({ status: 'fail' });
  });
});

describe('checkTrustedRegistries', () => {
  const https = 'https://modules.contoso.example:8443';

  it.each([
    ['', 'fail'],
    ['other.example', 'fail'],
    ['other.example; MODULES.contoso.example:1', 'ok'],
    ['*.contoso.example', 'ok'],
  ])('%j', (BICEP_TRUSTED_REGISTRIES, status) => {
    const config = configWith({ url: https, https, env: { BICEP_TRUSTED_REGISTRIES } });

    expect(checkTrustedRegistries(config)).toMatchObject({ status });
  });
});

describe('checkDockerConfig', () => {
  it('finds the entry of the host', async () => {
    write('.docker/config.json', '{"auths": {"127.0.0.1:8484": {}, "other.example:1": {}}}');

    expect(await checkDockerConfig(configWith())).toMatchObject([{ status: 'ok' }]);
  });

  it('names the entries that Bicep may send elsewhere', async () => {
    write('.docker/config.json', '{"auths": {"a.example:8443": {}, "b.example:5000": {}, "c.example": {}}}');
    const config = configWith({
      http: undefined,
      https: 'https://a.example:8443',
      url: 'https://a.example:8443',
    });

    expect(await checkDockerConfig(config)).toMatchObject([
      { status: 'ok' },
      { status: 'fail', detail: 'Bicep may send the password of b.example:5000 to a.example:8443' },
    ]);
  });

  it('asks for none when nobody is signed in', async () => {
    expect(await checkDockerConfig(configWith({ isSignedIn: false }))).toMatchObject([{ status: 'skip' }]);
    expect(await checkDockerConfig(configWith())).toMatchObject([{ status: 'fail' }]);
  });
});
