import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { tmpdir } from 'node:os';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { findInGitRemote } from '../../packages/cli/src/reference/git-remote.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { start } from '../support/run.ts';
import { describeWithTool } from '../support/tool.ts';
import { networkTerraform, workplace } from './command.ts';

describeWithTool('git', 'a Terraform registry that keeps its modules in git', () => {
  const place = workplace();
  const repository = join(place.path, 'net.git');
  let commits: string[];
  let repositories: GitServer;

  beforeAll(async () => {
    const work = join(place.path, 'work');
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', work, '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
        encoding: 'utf8',
      }).trim();
    execFileSync('git', ['init', '-q', '-b', 'main', work]);
    place.write({ 'work/main.tf': networkTerraform, 'work/modules/peer/main.tf': 'variable "peer" {}\n' });
    git('add', '.');
    git('commit', '-qm', 'one');
    git('tag', 'v1.0.0');
    place.write({ 'work/main.tf': networkTerraform.replaceAll('"name"', '"title"') });
    git('commit', '-qam', 'two');
    commits = git('rev-list', 'HEAD').split('\n');
    execFileSync('git', ['clone', '-q', '--bare', work, repository]);
    repositories = await startGitServer(place.path);
  });
  afterAll(async () => {
    await repositories[Symbol.asyncDispose]();
    place.remove();
  });

  /** Inspects a module of a registry that answers each download with this location. */
  async function inspect(location: string, env: Readonly<Record<string, string>> = {}) {
    const registry = createServer((request, response) => {
      if (request.url === '/.well-known/terraform.json') response.end('{"modules.v1": "/v1/"}');
      else response.writeHead(204, { 'x-terraform-get': location }).end();
    });
    await new Promise<void>((done) => registry.listen(0, '127.0.0.1', done));
    const { port } = registry.address() as AddressInfo;
    const args = ['inspect', `127.0.0.1:${port}/a/net/azurerm@1.0.0`, '--json'];
    const { exitCode, stdout, stderr } = await place.ashlar(args, env);
    await new Promise<void>((done) => void registry.close(() => done()));
    const inputs = () =>
      (JSON.parse(stdout) as { interface: { inputs: { name: string }[] } }).interface.inputs.map(
        ({ name }) => name,
      );
    // A refusal is JSON as well.
    return exitCode === 0 ? { exitCode, stderr, inputs: inputs() } : { exitCode, stdout };
  }

  it.each([
    ['a tag', () => '?ref=v1.0.0', ['name', 'size']],
    ['a branch', () => '?ref=main', ['title', 'size']],
    ['the newest commit', () => `?ref=${commits[0]}`, ['title', 'size']],
    ['an older commit', () => `?ref=${commits[1]}`, ['name', 'size']],
    ['nothing', () => '', ['title', 'size']],
    ['a folder and parameters', () => '//modules/peer?depth=1&ref=v1.0.0', ['peer']],
  ])('is read at %s', async (_, rest, inputs) => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('ashlar-git-'));
    const result = await inspect(`git::${repositories.url}/net.git${rest()}`);

    expect(result).toEqual({ exitCode: 0, stderr: '', inputs });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('ashlar-git-'))).toEqual(before);
  });

  it('is read whatever repository is around', async () => {
    const env = { GIT_DIR: join(place.path, 'work/.git') };

    expect(await inspect(`git::${repositories.url}/net.git?ref=v1.0.0`, env)).toMatchObject({ exitCode: 0 });
  });

  it('is read when its server gives no single commits', async () => {
    execFileSync('git', ['-C', repository, 'config', 'protocol.version', '0']);
    const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.version', GIT_CONFIG_VALUE_0: '0' };

    expect(await inspect(`git::${repositories.url}/net.git?ref=${commits[1]}`, env)).toMatchObject({
      exitCode: 0,
      inputs: ['name', 'size'],
    });
  });

  it.each([
    ['gone.git', 'not found'],
    ['net.git?ref=v9', "couldn't find remote ref v9"],
    ['net.git//modules/gone?ref=v1.0.0', String.raw`\"modules/gone\" does not exist in v1.0.0.`],
    ['net.git?ref=--upload-pack=touch', 'that only Terraform can fetch from'],
    ['net.git?ref=%2Brefs/heads/*:refs/heads/*', 'that only Terraform can fetch from'],
  ])('says what is wrong with %s', async (path, words) => {
    const { exitCode, stdout } = await inspect(`git::${repositories.url}/${path}`);

    expect([exitCode, stdout]).toEqual([1, expect.stringContaining(words)]);
  });

  it.each(['file:///etc', 'ext::sh -c touch% x', '/etc', '-x', 'ssh://-oProxyCommand=touch/x', 'fd::17'])(
    'does not let it name %s',
    async (url) => {
      const { exitCode, stdout } = await inspect(`git::${url}`);

      expect([exitCode, stdout]).toEqual([1, expect.stringContaining('that only Terraform can fetch from')]);
    },
  );

  it('shows no secrets of its address', async () => {
    const secret = repositories.url.replace('//', '//user:SECRET@');
    for (const rest of ['gone.git', 'net.git?ref=v9', 'net.git?ref=--x&sshkey=SECRET']) {
      const { stdout } = await inspect(`git::${secret}/${rest}`);
      expect(stdout).toMatch(/^\{\s*"error": \{/);
      expect(stdout).not.toContain('SECRET');
      expect(stdout).not.toContain('..');
    }
  });

  it('is read from a server that only hands out files', async () => {
    execFileSync('git', ['-C', repository, 'update-server-info']);
    await using files = await serve((path, response) => {
      const file = join(repository, decodeURIComponent(path.split('?', 1)[0]!).replace(/^\/net\.git/, ''));
      if (!existsSync(file) || !statSync(file).isFile()) response.writeHead(404).end();
      else response.end(readFileSync(file));
    });

    for (const revision of ['v1.0.0', commits[1]]) {
      const result = await inspect(`git::${files.url}/net.git?ref=${revision}`);
      expect(result).toEqual({ exitCode: 0, stderr: '', inputs: ['name', 'size'] });
    }
  });

  it('leaves alone what the environment says about other repositories', async () => {
    const env = {
      GIT_DIR: '/nowhere',
      GIT_WORK_TREE: '/nowhere',
      GIT_INDEX_FILE: '/nowhere',
      GIT_OBJECT_DIRECTORY: join(place.path, 'foreign'),
      GIT_CONFIG_PARAMETERS: "'protocol.http.allow'='never'",
    };

    expect(await inspect(`git::${repositories.url}/net.git?ref=v1.0.0`, env)).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(place.path, 'foreign'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('is fetched by ssh as the user has it', async () => {
    const log = join(place.path, 'ssh.log');
    const program = (name: string) => {
      const path = join(place.path, name);
      writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> '${log}'\nexit 1\n`, { mode: 0o755 });
      return path;
    };
    const [own, configured, plain] = ['own', 'configured', 'ssh'].map(program) as [string, string, string];
    const used = async (env: Record<string, string>) => {
      rmSync(log, { force: true });
      await inspect('git::ssh://git@127.0.0.1:9/net.git?ref=v1.0.0', env);
      return readFileSync(log, 'utf8');
    };
    const path = `${place.path}:${process.env['PATH']}`;

    expect(await used({ PATH: path })).toMatch(/^ssh .*-o BatchMode=yes/);
    expect(await used({ GIT_SSH_COMMAND: own })).toMatch(/^own /);
    expect(await used({ GIT_SSH: own })).toMatch(/^own /);
    place.write({ '.home/.gitconfig': `[core]\n\tsshCommand = ${configured}\n` });
    expect(await used({ PATH: path })).toMatch(/^configured /);
    expect(await used({ GIT_SSH_COMMAND: plain })).toMatch(/^ssh (?!.*BatchMode)/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing behind after %s', async (signal) => {
    const folder = join(place.path, `tmp-${signal}`);
    mkdirSync(folder);
    let isAsked = () => {};
    const asked = new Promise<void>((done) => (isAsked = done));
    // Answers nothing.
    await using silent = await serve(() => isAsked());
    await using registry = await serve((path, response) => {
      if (path === '/.well-known/terraform.json') response.end('{"modules.v1": "/v1/"}');
      else response.writeHead(204, { 'x-terraform-get': `git::${silent.url}/net.git` }).end();
    });
    const bin = join(import.meta.dirname, '../../packages/cli/bin/ashlar.js');
    const ref = `${registry.url.slice('http://'.length)}/a/net/azurerm@1.0.0`;
    const program = await start(process.execPath, [bin, 'diff', ref, ref], { env: { TMPDIR: folder } });
    await asked;
    expect(readdirSync(folder)).not.toEqual([]);

    process.kill(program.pid, signal);

    expect(await program.ended).toEqual({ exitCode: null, signal });
    expect([readdirSync(folder), program.stderr()]).toEqual([[], '']);
  });

  it('is not asked for everything when the first fetch took too long', async () => {
    const paths: string[] = [];
    await using silent = await serve((path) => void paths.push(path));
    const source = { url: `${silent.url}/net.git`, revision: commits[1], subfolder: undefined };

    await expect(findInGitRemote(source, 'x', 500)).rejects.toThrow('it took too long');
    expect(paths).toHaveLength(1);
  });
});

/** A server of its own: what it does with each request. */
async function serve(answer: (path: string, response: ServerResponse) => void) {
  const server = createServer((request, response) => answer(request.url!, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => void server.close(() => done()));
    },
  };
}
