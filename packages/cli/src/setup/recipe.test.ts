import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { bicepEnvironment, bicepRecipe, bicepRegistry, portNotes } from './bicep.ts';
import { dockerRecipe } from './docker.ts';
import { parseJsonc } from './jsonc.ts';
import type { SetupInput } from './recipe.ts';
import { labelsOf, terraformRecipe } from './terraform.ts';
import { vscodeRecipe } from './vscode.ts';

function inputWith(changes: Partial<SetupInput> = {}): SetupInput {
  return {
    url: 'http://127.0.0.1:8484',
    http: 'http://127.0.0.1:8484',
    https: 'https://127.0.0.1:8485',
    token: 'ash_secret',
    isWriting: false,
    showToken: false,
    ca: '/data/tls/ca.pem',
    login: { client: 'terraform-cli', ports: [10_000, 10_010] },
    dropIn: 'public',
    env: {},
    home: '/home/nobody',
    cwd: '/work',
    ...changes,
  };
}
const remote = {
  url: 'https://modules.example',
  http: undefined,
  https: 'https://modules.example',
  ca: undefined,
};

describe('terraformRecipe', () => {
  it('writes host and credentials blocks, and never the token for the public registry', () => {
    const [file] = terraformRecipe('terraform', inputWith()).files;

    const text = file!.edit('');
    expect(labelsOf(text)).toEqual([
      'host "127.0.0.1:8484"',
      'credentials "127.0.0.1:8484"',
      'host "registry.terraform.io"',
    ]);
    expect(text).toContain('"ports"  = [10000, 10010]');
    expect(text).toContain('"providers.v1" = "https://registry.terraform.io/v1/providers/"');
    expect(text.match(/ash_secret/g)).toHaveLength(1);
    expect(file).toMatchObject({ path: '/home/nobody/.terraformrc', isSecret: true });
    expect(file!.shown).not.toContain('ash_secret');
    expect(file!.edit(text)).toBe(text);
  });

  it('gives the token for the public name only without its providers', () => {
    const text = terraformRecipe('terraform', inputWith({ dropIn: 'token' })).files[0]!.edit('');

    expect(labelsOf(text)).toContain('credentials "registry.terraform.io"');
    expect(text).not.toContain('https://registry.terraform.io');
  });

  it('leaves the public name alone', () => {
    const text = terraformRecipe('terraform', inputWith({ dropIn: 'off' })).files[0]!.edit('');

    expect(text).not.toContain('registry.terraform.io');
  });

  it.each([
    ['public', true],
    ['token', true],
    ['off', false],
  ] as const)('says whether the modules of the public registry are taken over: %s', (dropIn, isTold) => {
    const notes = terraformRecipe('terraform', inputWith({ dropIn })).notes.join('\n');

    expect(notes.includes('Without --drop-in')).toBe(isTold);
  });

  it('needs no block for its own host under https, which would hide other services', () => {
    const recipe = terraformRecipe('terraform', inputWith(remote));

    expect(labelsOf(recipe.files[0]!.edit(''))).toEqual([
      'credentials "modules.example"',
      'host "registry.terraform.io"',
    ]);
    expect(recipe.notes.join('\n')).toContain('TF_TOKEN_modules_example');
    expect(recipe.environment).toEqual([]);
  });

  it('refuses a name that the user configured already', () => {
    const [file] = terraformRecipe('terraform', inputWith()).files;

    expect(() => file!.edit('host "registry.terraform.io" {\n}\n')).toThrow(
      'has a block host "registry.terraform.io" already',
    );
    expect(file!.edit('# host "registry.terraform.io" {\n')).toContain('>>>');
  });

  it('takes over what OpenTofu would not read any more', () => {
    const home = mkdtempSync(join(tmpdir(), 'ashlar-setup-'));
    writeFileSync(join(home, '.terraformrc'), '# mine\n');

    const recipe = terraformRecipe('opentofu', inputWith({ home }));

    expect(recipe.files[0]).toMatchObject({
      path: join(home, '.tofurc'),
      startsFrom: join(home, '.terraformrc'),
    });
    expect(labelsOf(recipe.files[0]!.edit(''))).toContain('oci_credentials "127.0.0.1:8485"');
    expect(recipe.environment).toEqual([['SSL_CERT_FILE', '/data/tls/ca.pem']]);
  });

  it('says that Terraform takes no host without a dot', () => {
    const local = { url: 'http://localhost:8484', http: 'http://localhost:8484' };

    expect(terraformRecipe('terraform', inputWith(local)).notes[0]).toContain('only host names with a dot');
  });
});

describe('bicepRegistry', () => {
  it.each([
    ['http://127.0.0.1:8484', 'https://127.0.0.1:8485', 'http://127.0.0.1:8484'],
    ['http://localhost:8484', undefined, 'http://localhost:8484'],
    ['http://127.0.0.1:8484', 'https://modules.example', 'https://modules.example'],
    ['http://modules.example', 'https://modules.example', 'https://modules.example'],
  ])('of %s and %s', (http, https, expected) => expect(bicepRegistry({ http, https })).toBe(expected));

  it.each([
    [undefined, 'https://127.0.0.1:8485'],
    ['http://modules.example', undefined],
  ])('refuses %s with %s', (http, https) =>
    expect(() => bicepRegistry({ http, https })).toThrow('Bicep needs https'),
  );
});

describe('bicepRecipe', () => {
  it('merges into a configuration with comments', () => {
    const [file] = bicepRecipe(inputWith(remote)).files;

    const text = file!.edit('{\n  // ours\n  "analyzers": {}\n}\n');

    expect(text).toContain('// ours');
    expect(parseJsonc(text)).toEqual({
      analyzers: {},
      experimentalFeaturesEnabled: { ociEnabled: true },
      moduleAliases: { br: { ashlar: { registry: 'modules.example', modulePath: 'bicep' } } },
    });
    expect(file!.edit(text)).toBe(text);
  });

  it('keeps the registries that are trusted already', () => {
    const env = { BICEP_TRUSTED_REGISTRIES: 'a.example;127.0.0.1', DOCKER_CONFIG: '/docker' };

    expect(bicepEnvironment(inputWith({ env }))).toEqual([
      ['BICEP_TRUSTED_REGISTRIES', 'a.example,127.0.0.1'],
      ['DOCKER_CONFIG', '/docker'],
    ]);
    expect(bicepEnvironment(inputWith({ ...remote, ca: '/ca.pem' }))).toEqual([
      ['BICEP_TRUSTED_REGISTRIES', 'modules.example'],
      ['SSL_CERT_FILE', '/ca.pem'],
    ]);
  });

  it('warns of names with a port only', () => {
    const warned = ['https://a.example:8443', 'https://a.example', 'http://127.0.0.1:1'].map(
      (url) => portNotes(url).length,
    );

    expect(warned).toEqual([1, 0, 0]);
  });
});

describe('dockerRecipe', () => {
  it('signs in to each listener with the flags that its scheme needs', () => {
    const { commands } = dockerRecipe(inputWith());

    expect(
      commands.filter((line) => line.includes('8484') && /--tls-verify=false|--plain-http/.test(line)),
    ).toHaveLength(2);
    expect(
      commands.filter((line) => line.includes('8485') && /--tls-verify|--plain-http/.test(line)),
    ).toEqual([]);
  });

  it('keeps the other entries, and leaves a credential store to docker', () => {
    const [file] = dockerRecipe(inputWith(remote)).files;

    const auth = Buffer.from('ashlar:ash_secret').toString('base64');
    expect(parseJsonc(file!.edit('{"auths": {"x": {"auth": "y"}}}'))).toEqual({
      auths: { x: { auth: 'y' }, 'modules.example': { auth } },
    });
    expect(() => file!.edit('{"credsStore": "desktop"}')).toThrow('credential store');
  });
});

describe('vscodeRecipe', () => {
  it('puts the environment into the terminals', () => {
    const [file] = vscodeRecipe(inputWith()).files;

    expect(Object.values(parseJsonc(file!.edit('')) as object)).toEqual([
      { BICEP_TRUSTED_REGISTRIES: '127.0.0.1' },
    ]);
  });
});
