/**
 * How long `terraform init` takes, side by side with a bare server that answers the same bytes and with citizen.
 *
 *     [ASHLAR_CITIZEN=FOLDER] node bench/terraform.ts [--quick] [--rounds N]
 *
 * The real terraform installs 50 distinct modules, alone and 20 times at once, each time into an empty folder. Without
 * ASHLAR_CITIZEN, a checkout of outsideris/citizen that is ready to run, that contestant is left out.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { packZip } from '@ashlar/registry/intake';

import { type AshlarServer, createPublicNamespace, startAshlar } from './contestant/ashlar.ts';
import { startRecording } from './contestant/bare-module-server.ts';
import { publishToCitizen, startCitizen } from './contestant/citizen.ts';
import {
  type BenchModule,
  moduleNamespace,
  type ModuleServer,
  moduleSystem,
  moduleVersion,
} from './contestant/module-server.ts';
import { figure } from './measure/aim.ts';
import { readOptions, requireTools, withWorkFolder } from './measure/command.ts';
import { seededRandom } from './measure/random.ts';
import { type Cell, progress, report } from './measure/report.ts';
import { inRounds } from './measure/rounds.ts';
import { median, pairedRatio } from './measure/statistics.ts';
import { cleanEnvironment } from './program.ts';

const options = readOptions({ rounds: 5 }, { rounds: 1 });
const tools = requireTools(['terraform']);
const moduleCount = options.quick ? 5 : 50;
const parallel = options.quick ? 4 : 20;
const execute = promisify(execFile);

await withWorkFolder('terraform', run);

async function run(folder: string): Promise<void> {
  const modules = makeModules(moduleCount);
  const ashlar = await startOurs(folder, modules);
  const bare = await startRecording(ashlar, modules, folder);
  const citizen = await startPeer(folder, modules);
  const servers = [ashlar, bare, ...(citizen ? [citizen] : [])];
  const root = await writeRoot(folder, modules);
  const rows: Cell[][] = [];
  for (const [count, rounds] of [
    [1, options.rounds],
    [parallel, Math.ceil(options.rounds / 2)],
  ] as const) {
    progress(`terraform init of ${moduleCount} modules, ${count} at once`);
    const times = await inRounds(
      servers,
      rounds,
      async (server) => await initAll(server, root, folder, count),
    );
    rows.push(row(`${moduleCount} modules, ${count} at once`, times, ashlar, bare, citizen));
  }
  report(
    'terraform init',
    ['', 'Ashlar', 'bare node:http, same bytes', 'citizen', 'to bare', 'to citizen'],
    rows,
  );
}

/** Modules of about 30 KB that compress as code does. */
function makeModules(count: number): BenchModule[] {
  const random = seededRandom(options.seed);
  const word = () => Math.floor(random() * 36 ** 6).toString(36);
  const sentence = (words: number) => Array.from({ length: words }, word).join(' ');
  const variable = (_: unknown, i: number) =>
    `variable "input_${i}" {\n  type        = string\n  description = "${sentence(4)}"\n  default     = null\n}\n`;
  return Array.from({ length: count }, (_, i) => ({
    name: `module-${i}`,
    files: [
      { path: 'main.tf', bytes: Buffer.from(`output "name" {\n  value = "module-${i}"\n}\n`) },
      { path: 'variables.tf', bytes: Buffer.from(Array.from({ length: 200 }, variable).join('\n')) },
      { path: 'README.md', bytes: Buffer.from(`# module-${i}\n\n${sentence(800)}\n`) },
    ],
  }));
}

async function startOurs(folder: string, modules: readonly BenchModule[]): Promise<ModuleServer> {
  const server = await startAshlar(folder);
  await createPublicNamespace(server, moduleNamespace);
  for (const module of modules) await publish(server, module);
  return { ...server, name: 'Ashlar' };
}

async function publish({ url, admin }: AshlarServer, { name, files }: BenchModule): Promise<void> {
  const zip = await packZip(files.map((file) => ({ ...file, executable: false })));
  const reference = `terraform/${moduleNamespace}/${name}/${moduleSystem}@${moduleVersion}`;
  const response = await fetch(`${url}/api/v1/version?ref=${encodeURIComponent(reference)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/zip' },
    body: new Uint8Array(zip),
  });
  if (response.status !== 201) throw new Error(`${reference}: ${response.status} ${await response.text()}`);
}

async function startPeer(folder: string, modules: readonly BenchModule[]): Promise<ModuleServer | undefined> {
  const checkout = process.env['ASHLAR_CITIZEN'];
  if (checkout === undefined) {
    progress('citizen is left out: ASHLAR_CITIZEN does not name a checkout of it');
    return undefined;
  }
  const citizen = await startCitizen(checkout, folder);
  for (const module of modules) await publishToCitizen(citizen, module);
  return citizen;
}

/** A root module that calls all modules, at a host that the CLI configuration of each run leads to a contestant. */
async function writeRoot(folder: string, modules: readonly BenchModule[]): Promise<string> {
  const root = join(folder, 'root');
  await mkdir(root);
  const calls = modules.map(
    ({ name }) =>
      `module "${name}" {\n  source  = "bench.test/${moduleNamespace}/${name}/${moduleSystem}"\n  version = "${moduleVersion}"\n}\n`,
  );
  await writeFile(join(root, 'main.tf'), calls.join('\n'));
  return root;
}

/** Milliseconds until `count` runs that begin together have all ended. */
async function initAll({ url }: ModuleServer, root: string, folder: string, count: number): Promise<number> {
  const work = await mkdtemp(join(folder, 'init-'));
  const config = join(work, 'terraform.rc');
  await writeFile(config, `host "bench.test" {\n  services = { "modules.v1" = "${url}/v1/modules/" }\n}\n`);
  const runs = Array.from({ length: count }, (_, i) => join(work, `data-${i}`));
  const began = performance.now();
  await Promise.all(runs.map(async (data) => await init(root, config, data)));
  const milliseconds = performance.now() - began;
  for (const data of runs) {
    const installed = await readdir(join(data, 'modules'));
    // One more for modules.json.
    if (installed.length !== moduleCount + 1)
      throw new Error(`${installed.length - 1} modules were installed`);
  }
  await rm(work, { recursive: true });
  return milliseconds;
}

async function init(root: string, config: string, data: string): Promise<void> {
  const env = {
    ...cleanEnvironment(),
    TF_CLI_CONFIG_FILE: config,
    TF_DATA_DIR: data,
    CHECKPOINT_DISABLE: '1',
  };
  const running = execute(tools.terraform, ['init', '-input=false', '-no-color'], { cwd: root, env });
  await running.catch((error: unknown) => {
    const { stderr } = error as { readonly stderr: string };
    throw new Error(`terraform init failed:\n${stderr.slice(0, 2000)}`);
  });
}

function row(
  name: string,
  times: ReadonlyMap<ModuleServer, number[]>,
  ashlar: ModuleServer,
  bare: ModuleServer,
  citizen: ModuleServer | undefined,
): Cell[] {
  const of = (server: ModuleServer) => times.get(server)!;
  const text = (server: ModuleServer) => `${figure(median(of(server)) / 1000)} s`;
  const atMost = (value: number) => ({ at: 'most', value, unit: '×' }) as const;
  return [
    name,
    text(ashlar),
    text(bare),
    citizen ? text(citizen) : 'left out',
    { value: pairedRatio(of(ashlar), of(bare)), aim: atMost(1.2) },
    citizen ? { value: pairedRatio(of(ashlar), of(citizen)), aim: atMost(1) } : 'left out',
  ];
}
