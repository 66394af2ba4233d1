import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfig, type RunningServer, startServer } from '@ashlar/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run, type RunOptions } from '../../../tests/support/run.ts';

/** The command as a stranger runs it: another process, a pipe, an empty home. */
const bin = resolve(import.meta.dirname, '../bin/ashlar.js');
const examples = resolve(import.meta.dirname, '../../../examples/modules');
const naming = join(examples, 'terraform/example/avm-utl-naming/generic');
const folder = mkdtempSync(join(tmpdir(), 'ashlar-cli-'));
const home = join(folder, 'home');
mkdirSync(home);

let server: RunningServer;
let adminToken: string;
beforeAll(async () => {
  const env = {
    ASHLAR_DATA: join(folder, 'data'),
    ASHLAR_LISTEN: '127.0.0.1:0',
    ASHLAR_LISTEN_TLS: '127.0.0.1:0',
    ASHLAR_LOG_LEVEL: 'silent',
    ASHLAR_SHUTDOWN_GRACE: '1s',
  };
  server = await startServer((await loadConfig({ flags: {}, env, cwd: folder })).config);
  adminToken = server.adminToken!;
});
afterAll(async () => await server.close());

async function ashlar(args: string, options: RunOptions = {}) {
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    SSL_CERT_FILE: undefined,
    ASHLAR_URL: server.urls.http,
    NO_COLOR: undefined,
    ...options.env,
  };
  return await run(process.execPath, [bin, ...args.split(' ').filter(Boolean)], {
    cwd: folder,
    ...options,
    env,
  });
}

const asAdmin = () => ({ env: { ASHLAR_TOKEN: adminToken } });

describe('the command line', () => {
  it('finds the command behind global options and help', async () => {
    const [json, help] = await Promise.all([
      ashlar('--json --no-color --ca x list --url http://127.0.0.1:1'),
      ashlar('help publish'),
    ]);

    expect(json.exitCode).toBe(4);
    expect(help.stdout).toContain('Usage: ashlar publish');
  });

  it('prints help without being asked, and the version', async () => {
    const [none, help, version] = await Promise.all([ashlar(''), ashlar('--help'), ashlar('--version')]);

    expect(none.stdout).toBe(help.stdout);
    expect(help.stdout).toContain('Usage: ashlar <command>');
    expect(help.stdout).not.toContain('\u001B');
    expect([none.exitCode, help.exitCode, help.stderr]).toEqual([0, 0, '']);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    ['shw', "Unknown command 'shw'"],
    ['help shw', "Unknown command 'shw'"],
    ['shw --help', "Unknown command 'shw'"],
    ['list --nope', "Unknown option '--nope'"],
    ['show', "Missing required argument 'address'"],
    ['setup emacs', 'Allowed choices are terraform, opentofu, bicep, docker, vscode.'],
    ['token', 'A command is missing'],
    ['list --url nowhere', '"nowhere" is not the address of a server'],
    ['namespace create x --public --private', "option '--public' cannot be used with option '--private'"],
    ['publish . terraform/x@1.0.0', 'is not a module address'],
    ['publish . bicep/contoso/x@one', 'is not a version'],
    ['publish nowhere bicep/contoso/x@1.0.0', 'nowhere does not exist'],
    ['login --token secret', 'A token on the command line can be read'],
    ['login', 'There is no terminal to ask'],
  ])('calls "%s" wrong use', async (args, words) => {
    const { exitCode, stdout, stderr } = await ashlar(args);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.toLowerCase()).toContain(words.toLowerCase());
    expect(stderr).toMatch(/^code: ASH-[A-Z-]+$/m);
  });

  it('prints errors as JSON too', async () => {
    const [usage, network] = await Promise.all([
      ashlar('shw --json'),
      ashlar('--json list --url http://127.0.0.1:1'),
    ]);

    expect([usage.exitCode, JSON.parse(usage.stdout)]).toMatchObject([2, { error: { code: 'ASH-USAGE' } }]);
    expect([network.exitCode, JSON.parse(network.stdout), network.stderr]).toMatchObject([
      4,
      {
        error: { code: 'ASH-SERVER-UNREACHABLE', message: expect.stringContaining('nothing listens there') },
      },
      '',
    ]);
  });

  it('says what is wrong with a certificate', async () => {
    const args = `list --url ${server.urls.https}`;

    const [without, withCa] = await Promise.all([
      ashlar(args),
      ashlar(`${args} --ca ${server.localCa!.path}`),
    ]);

    expect(without.exitCode).toBe(4);
    expect(without.stderr).toContain('its certificate is not trusted; name the CA with --ca');
    expect(withCa.exitCode).toBe(0);
  });

  it('names the file of the admin token, and does not read it', async () => {
    const { exitCode, stderr } = await ashlar('token list', { env: { ASHLAR_DATA: join(folder, 'data') } });

    expect(exitCode).toBe(3);
    expect(stderr).toContain(`--token - < ${server.adminTokenFile}`);
    expect(stderr).not.toContain(adminToken);
  });
});

describe('login and logout', () => {
  it('stores a token that the server takes', async () => {
    const bad = await ashlar('login --token -', { input: 'ash_wrong\n' });
    const good = await ashlar('login --token - --json', { input: `${adminToken}\n` });
    const used = await ashlar('token list');
    const out = await ashlar('logout');
    const after = await ashlar('token list');

    expect([bad.exitCode, good.exitCode, used.exitCode, out.exitCode, after.exitCode]).toEqual([
      3, 0, 0, 0, 3,
    ]);
    expect(JSON.parse(good.stdout)).toMatchObject({ url: server.urls.http, scopes: ['manage:*'] });
    expect(good.stdout + good.stderr).not.toContain(adminToken);
  });
});

describe('publish', () => {
  const ref = 'terraform/Contoso/naming/generic@1.0.0';

  it('shows without a server what it then publishes, once', async () => {
    const dry = await ashlar(`publish ${naming}/1.0.0 ${ref} --dry-run --json`, {
      env: { ASHLAR_URL: 'http://127.0.0.1:1' },
    });
    const first = await ashlar(`publish ${naming}/1.0.0 ${ref} --json`, asAdmin());
    const again = await ashlar(`publish ${naming}/1.0.0 ${ref}`, asAdmin());
    const other = await ashlar(`publish ${naming}/1.1.0 ${ref}`, asAdmin());

    const planned = JSON.parse(dry.stdout) as {
      digest: string;
      contentDigest: string;
      files: { path: string }[];
    };
    expect(planned.files.map(({ path }) => path)).toContain('main.tf');
    expect(JSON.parse(first.stdout)).toMatchObject({
      status: 'published',
      digest: planned.digest,
      contentDigest: planned.contentDigest,
    });
    expect([again.exitCode, again.stdout.split(':')[0]]).toEqual([0, 'Already published']);
    expect([other.exitCode, other.stdout]).toEqual([1, '']);
    expect(other.stderr.match(/sha256:[0-9a-f]{64}/g)).toHaveLength(2);
    expect(other.stderr).toContain('code: ASH-VERSION-EXISTS');
  });

  it('keeps the spelling of a Terraform module', async () => {
    const { stdout } = await ashlar('show terraform/contoso/naming/generic --json', asAdmin());

    expect(JSON.parse(stdout)).toMatchObject({ address: 'terraform/Contoso/naming/generic' });
  });

  it('takes a compiled Bicep module with its sources, or compiles it', async () => {
    const bicep = join(folder, 'bicep');
    const tools = join(folder, 'tools');
    for (const path of [bicep, tools]) mkdirSync(path);
    writeFileSync(join(bicep, 'main.bicep'), "param name string = 'x'\n");
    const address = 'bicep/contoso/utl/thing';
    const missing = await ashlar(`publish bicep ${address}@1.0.0 --dry-run`, { env: { PATH: tools } });
    const compile = (script: string) =>
      writeFileSync(join(tools, 'bicep'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    compile('echo "main.bicep(1,1) : Error BCP007" >&2; exit 1');
    const failing = await ashlar(`publish bicep ${address}@1.0.0 --dry-run`, { env: { PATH: tools } });
    compile(
      `[ "$*" = "build main.bicep --stdout" ] && echo '{"$schema": "https://x/deploymentTemplate.json#", "resources": []}'`,
    );
    const compiled = await ashlar(`publish bicep ${address}@1.0.0 --dry-run --json`, {
      env: { PATH: tools },
    });
    const bare = await ashlar(`publish bicep ${address}@1.0.0 --dry-run --json --no-source`, {
      env: { PATH: tools },
    });

    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining('ASH-BICEP-NOT-FOUND')]);
    expect([failing.exitCode, failing.stderr]).toEqual([1, expect.stringContaining('Error BCP007')]);
    const filesOf = ({ stdout }: { stdout: string }) =>
      (JSON.parse(stdout) as { files: { path: string }[] }).files;
    expect(filesOf(compiled).map(({ path }) => path)).toEqual(['main.json', 'main.bicep']);
    expect(filesOf(bare).map(({ path }) => path)).toEqual(['main.json']);
  });
});

describe('the life of a version, namespaces and tokens', () => {
  it('runs through', async () => {
    const words = async (args: string) => {
      const { stdout, stderr, exitCode } = await ashlar(args, asAdmin());
      return { exitCode, text: stdout + stderr };
    };
    const ref = 'terraform/tools/naming/generic@1.0.0';
    expect(await words('namespace create tools --public --json')).toMatchObject({ exitCode: 0 });
    expect(await words(`publish ${naming}/1.0.0 ${ref}`)).toMatchObject({ exitCode: 0 });
    expect((await words(`deprecate ${ref} --reason Old --date 2030-01-31`)).text).toContain(
      'is now deprecated',
    );
    expect((await words(`revoke ${ref} --reason Bad`)).text).toContain('was revoked: Bad');
    expect((await words(`reinstate ${ref}`)).text).toContain('is now deprecated');
    expect((await words('namespace delete tools')).text).toContain('ASH-NAMESPACE-NOT-EMPTY');
    expect(await words('namespace set tools --private --json')).toMatchObject({ exitCode: 0 });
    const token = (await ashlar('token create ci --scope read:* --expires 1d', asAdmin())).stdout;
    expect(token).toMatch(/^ash_\w+\n$/);
    const refused = await ashlar('namespace create mine', { env: { ASHLAR_TOKEN: token.trim() } });
    expect([refused.exitCode, refused.stderr]).toEqual([3, expect.stringContaining('ASH-FORBIDDEN-ADMIN')]);
    const list = await ashlar('list --json', { env: { ASHLAR_TOKEN: token.trim() } });
    expect(
      (JSON.parse(list.stdout) as { modules: { address: string }[] }).modules.map(({ address }) => address),
    ).toContain('terraform/tools/naming/generic');
  });
});

describe('setup and doctor', () => {
  it('writes what doctor then finds right, and nothing the second time', async () => {
    const rc = join(home, '.terraformrc');
    writeFileSync(rc, '# mine\n');
    const first = await ashlar('setup terraform --write', asAdmin());
    const text = readFileSync(rc, 'utf8');
    const second = await ashlar('setup terraform --write', asAdmin());
    const printed = await ashlar('setup terraform --json', asAdmin());
    const doctor = await ashlar('doctor --json', asAdmin());

    expect([first.stdout, second.stdout]).toEqual([
      `changed ${rc} (before: ${rc}.before-ashlar)\n`,
      `unchanged ${rc}\n`,
    ]);
    expect([text.startsWith('# mine\n'), text.includes(adminToken)]).toEqual([true, true]);
    expect(printed.stdout).not.toContain(adminToken);
    const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; status: string }[] };
    const byName = Object.fromEntries(checks.map(({ name, status }) => [name, status]));
    expect(byName).toMatchObject({
      reachable: 'ok',
      token: 'ok',
      'http ping': 'ok',
      discovery: 'ok',
      archive: 'ok',
    });
    expect(['ok', 'skip']).toContain(byName['terraform config']);
  });

  it('fails when a check fails, with a fix', async () => {
    const { exitCode, stdout } = await ashlar('doctor --url http://127.0.0.1:1');

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^FAIL server: reachable .*\n +fix: Start one/);
    expect(stdout).not.toMatch(/[✓✗–]/);
    expect(stdout).not.toContain('\u001B');
  });
});
