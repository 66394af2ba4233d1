import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { ensureLocalCa } from '@ashlar/registry/tls';

import { freePort } from '../support/free-port.ts';
import { type RunningProgram, start } from '../support/run.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

export type ProxyName = 'nginx' | 'apache2';

/** A server behind a proxy that ends TLS, configured by the file in `deploy/`. */
export interface Proxied {
  readonly server: TestServer;
  /** Where clients go, and what the server calls itself. */
  readonly url: string;
  readonly host: string;
  readonly caFile: string;
  readonly ca: string;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** Changes the configuration, to see what breaks. */
  readonly edit?: (text: string) => string;
  readonly settings?: Readonly<Record<string, string>>;
}

interface Place {
  readonly folder: string;
  readonly port: number;
  readonly upstream: string;
}

const programs: Readonly<
  Record<ProxyName, { file: string; args: (folder: string) => string[]; wrap: (place: Place) => string }>
> = {
  nginx: {
    file: 'nginx.conf',
    args: (folder) => ['-p', folder, '-c', join(folder, 'main.conf'), '-e', join(folder, 'error.log')],
    wrap: nginxAround,
  },
  apache2: {
    file: 'apache.conf',
    args: (folder) => ['-DFOREGROUND', '-f', join(folder, 'main.conf')],
    wrap: apacheAround,
  },
};

/** Starts a server and the program `path` before it, on free ports and in folders of their own. */
export async function startProxied(
  name: ProxyName,
  path: string,
  { edit = (text) => text, settings = {} }: ProxyOptions = {},
): Promise<Proxied> {
  const folder = await mkdtemp(join(tmpdir(), `ashlar-${name}-`));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const upstream = `127.0.0.1:${await freePort()}`;
  const server = await startTestServer({
    settings: { listen: upstream, listenTls: 'off', externalUrl: `https://${host}`, ...settings },
    reach: `http://${upstream}`,
  });
  await ensureLocalCa(join(folder, 'tls'), { hosts: ['127.0.0.1'], clock: { now: () => Date.now() } });
  const { file, args, wrap } = programs[name];
  const site = await readFile(new URL(`../../deploy/${file}`, import.meta.url), 'utf8');
  await writeFile(join(folder, 'site.conf'), edit(placed(site, { folder, port, upstream })));
  await writeFile(join(folder, 'main.conf'), wrap({ folder, port, upstream }));
  await mkdir(join(folder, 'temp'));
  const program = await start(path, args(folder), { cwd: folder });
  await listening(program, host);
  const caFile = join(folder, 'tls/ca.pem');
  return {
    server,
    url: `https://${host}`,
    host,
    caFile,
    ca: await readFile(caFile, 'utf8'),
    async stop() {
      await program.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The file of `deploy/` with the places of this test; each must be in it, or the test would not test it. */
function placed(site: string, { folder, port, upstream }: Place): string {
  const places: [RegExp, string][] = [
    [/\b443\b/g, `127.0.0.1:${port}`],
    [/modules\.contoso\.example(?=;|\n)/g, 'localhost'],
    [/\/etc\/ssl\/certs\/[\w.]+\.pem/g, join(folder, 'tls/server.pem')],
    [/\/etc\/ssl\/private\/[\w.]+\.key/g, join(folder, 'tls/server-key.pem')],
    [/127\.0\.0\.1:8080/g, upstream],
  ];
  const lines = site.split('\n').filter((line) => !/^\s*#/.test(line));
  let text = lines.join('\n').replaceAll('*:443', '443');
  for (const [pattern, place] of places) {
    if (!pattern.test(text)) throw new Error(`${pattern} is not in the configuration`);
    text = text.replaceAll(pattern, place);
  }
  return text;
}

/** What surrounds a site on Debian, with compression switched on for everything, as some do. */
function nginxAround({ folder }: Place): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, 'temp', name)};`,
  );
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 2;
pid ${join(folder, 'pid')};
events { worker_connections 256; }
http {
  access_log ${join(folder, 'access.log')};
  ${temp.join('\n  ')}
  gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;
  include ${join(folder, 'site.conf')};
}
`;
}

const apacheModules = [
  'mpm_event',
  'authz_core',
  'authz_host',
  'unixd',
  'log_config',
  'filter',
  'deflate',
  'env',
  'setenvif',
  'reqtimeout',
  'socache_shmcb',
  'ssl',
  'proxy',
  'proxy_http',
];
const apacheModuleFolders = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/libexec/apache2'];

function apacheAround({ folder, port }: Place): string {
  const modules = apacheModuleFolders.find((path) => existsSync(path));
  const load = apacheModules
    .map((name) => ({ name, path: `${modules}/mod_${name}.so` }))
    // Some are built in, depending on who built it.
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => `LoadModule ${name}_module ${path}`);
  return `
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${join(folder, 'pid')}
Mutex posixsem
ErrorLog ${join(folder, 'error.log')}
ServerName localhost
${load.join('\n')}
${process.getuid?.() === 0 ? 'User nobody\nGroup nogroup' : ''}
Listen 127.0.0.1:${port}
SetOutputFilter DEFLATE
RequestReadTimeout header=20-40,minrate=500 body=10,minrate=500
Include ${join(folder, 'site.conf')}
`;
}

async function listening(program: RunningProgram, host: string): Promise<void> {
  let over = false;
  void program.ended.then(() => (over = true));
  for (let attempt = 0; attempt < 200; attempt++) {
    if (over) throw new Error(`the proxy ended:\n${program.stdout()}${program.stderr()}`);
    if (await canConnect(host)) return;
    await sleep(50);
  }
  await program.stop();
  throw new Error(`the proxy does not listen:\n${program.stdout()}${program.stderr()}`);
}

async function canConnect(host: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${host}`);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** How many connections the server gets while `work` runs. */
export async function connectionsOf(server: TestServer, work: () => Promise<unknown>): Promise<number> {
  const ports = new Set<number | undefined>();
  const note = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    if (String(socket.localPort) === new URL(server.http).port) ports.add(socket.remotePort);
  };
  subscribe('http.server.request.start', note);
  await work();
  unsubscribe('http.server.request.start', note);
  return ports.size;
}
