import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { tmpdir } from 'node:os';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { type GitServer, startGitServer } from '../support/git-server.ts';
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
    ['net.git//modules/gone?ref=v1.0.0', String.raw`\"modules/gone\" does not exist in`],
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
});
