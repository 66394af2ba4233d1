import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { run, start, testEnvironment } from './run.ts';

const node = process.execPath;

describe('run', () => {
  it('collects what a program says and how it ends', async () => {
    const program = `process.stdin.on('data', (data) => console.log('got ' + data)).on('end', () => {
      console.error('sorry');
      process.exitCode = 3;
    })`;

    const result = await run(node, ['-e', program], { input: 'four' });

    expect(result).toEqual({
      exitCode: 3,
      signal: null,
      stdout: 'got four\n',
      stderr: 'sorry\n',
      timedOut: false,
      duration: expect.any(Number),
    });
  });

  // The output of `sleep` is that of the shell: the program has only ended when both have.
  it('kills a program that takes too long, and its children', async () => {
    const result = await run('sh', ['-c', 'sleep 60 & wait'], { timeout: 300 });

    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
  });

  it('throws when there is no such program', async () => {
    await expect(run('/no/such/program', [])).rejects.toThrow('ENOENT');
  });

  it('adds and removes variables', async () => {
    const { stdout } = await run('sh', ['-c', 'echo "$ADDED-${CHECKPOINT_DISABLE-none}"'], {
      env: { ADDED: 'yes', CHECKPOINT_DISABLE: undefined },
    });

    expect(stdout).toBe('yes-none\n');
  });
});

describe('testEnvironment', () => {
  it('drops what would steer the programs under test', () => {
    vi.stubEnv('TF_CLI_CONFIG_FILE', '/no/such/file');
    vi.stubEnv('ASHLAR_TOKEN', 'from outside');

    const names = Object.keys(testEnvironment());

    expect(names.filter((name) => /^(?:TF_CLI|ASHLAR_)/.test(name))).toEqual([]);
  });

  it('lets programs reach this machine and no other', async () => {
    const server = createServer((_, response) => response.end('here'));
    const port = await freePort();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const program = `for (const url of process.argv.slice(1)) {
      await fetch(url).then(async (response) => console.log(await response.text()), () => console.log('refused'));
    }`;

    const { stdout } = await run(
      node,
      ['--input-type=module', '-e', program, `http://127.0.0.1:${port}`, 'http://example.invalid'],
      { env: { NODE_USE_ENV_PROXY: '1' } },
    );

    expect(stdout).toBe('here\nrefused\n');
    server.close();
  });
});

describe('start', () => {
  it('waits for a line and stops the program with its children', async () => {
    const program = await start('sh', ['-c', 'sleep 60 & echo ready; wait']);
    await program.waitFor(/ready/);

    await program.stop();

    expect(await program.ended).toEqual({ exitCode: null, signal: 'SIGTERM' });
  });

  it('kills a program that will not end', async () => {
    const program = await start('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done']);
    await program.waitFor(/ready/);

    await program.stop(100);

    expect(await program.ended).toEqual({ exitCode: null, signal: 'SIGKILL' });
  });

  it('says what a program wrote that ended too early', async () => {
    const program = await start('sh', ['-c', 'echo "port taken" >&2; exit 1']);

    await expect(program.waitFor(/listening/)).rejects.toThrow('port taken');
  });
});
