import { dirname, join } from 'node:path';

import { readdir } from '@ashlar/registry/gateway/file-system';

import { isLoopback } from '@ashlar/core/loopback';
import { bicepRegistry, portNotes } from '../setup/bicep.ts';
import { dockerConfigPath } from '../setup/docker.ts';
import { type JsonValue, parseJsonc } from '../setup/jsonc.ts';
import { exportLine } from '../setup/shell.ts';
import { configPath } from '../setup/terraform.ts';
import { readIfThere } from '../setup/write-file.ts';
import { type Check, fail, ok, skip } from './check.ts';
import type { Programs } from './program.ts';

/** Where clients keep their configuration, and which server it should name. */
export interface ClientConfig {
  readonly url: string;
  readonly http: string | undefined;
  readonly https: string | undefined;
  readonly isSignedIn: boolean;
  readonly programs: Programs;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly cwd: string;
}

/** Whether sources of this server can be resolved by terraform or tofu. */
export async function checkHostBlock(tool: 'terraform' | 'opentofu', config: ClientConfig): Promise<Check> {
  const program = tool === 'terraform' ? 'terraform' : 'tofu';
  const name = `${program} config`;
  if (!config.programs.has(program)) return skip('terraform', name, `${program} is not in PATH`);
  const path = configPath(tool, config);
  const ours = [config.http, config.https].map((url) => `${url}/v1/modules/`);
  const names = hostBlocks(await readCliConfig(path, config))
    .filter(({ modules }) => ours.includes(modules.replace(/\/?$/, '/')))
    .map(({ host }) => host);
  if (names.length > 0) return ok('terraform', name, `${path}: host ${names.join(', ')}`);
  if (config.url.startsWith('https:')) return ok('terraform', name, 'not needed under https');
  return fail(
    'terraform',
    name,
    `${path} has no host block for ${config.url}`,
    `ashlar setup ${tool} --write`,
  );
}

/** Besides the main file the tools read *.tfrc of a folder, unless the file was named by the environment. */
async function readCliConfig(path: string, { env, home }: ClientConfig): Promise<string> {
  const main = (await readIfThere(path)) ?? '';
  if (env['TF_CLI_CONFIG_FILE']) return main;
  const folder =
    process.platform === 'win32' ? join(dirname(path), 'terraform.d') : join(home, '.terraform.d');
  const names = await readdir(folder).catch(() => []);
  const others = names
    .filter((each) => each.endsWith('.tfrc'))
    .map(async (each) => await readIfThere(join(folder, each)));
  return [main, ...(await Promise.all(others))].join('\n');
}

/** The `host` blocks of a configuration with their module service; rough, but enough for what people write. */
export function hostBlocks(text: string): { readonly host: string; readonly modules: string }[] {
  const code = text.replaceAll(/^[ \t]*(?:#|\/\/).*$/gm, '');
  const blocks = code.split(
    /^[ \t]*(?=host[ \t]+"|credentials[ \t]+"|oci_credentials[ \t]+"|provider_installation)/m,
  );
  return blocks.flatMap((block) => {
    const host = /^host[ \t]+"([^"]+)"/.exec(block)?.[1];
    const modules = /"?modules\.v1"?\s*=\s*"([^"]+)"/.exec(block)?.[1];
    return host === undefined || modules === undefined ? [] : [{ host, modules }];
  });
}

export async function checkBicepConfig(config: ClientConfig): Promise<Check> {
  const path = join(config.cwd, 'bicepconfig.json');
  const text = await readIfThere(path);
  if (text === undefined && !(await hasBicepFiles(config.cwd))) {
    return skip('bicep', 'bicepconfig.json', 'no Bicep files in this folder');
  }
  const registry = bicepHost(config);
  if (registry === undefined) return bicepUnusable('bicepconfig.json', config);
  const settings = readJson(text ?? '{}');
  if (settings === undefined)
    return fail('bicep', 'bicepconfig.json', `${path} is not JSON`, 'Correct the file.');
  const aliases = Object.entries(recordAt(settings, ['moduleAliases', 'br']));
  const alias = aliases.find(([, value]) => isRecord(value) && value['registry'] === registry);
  const isOn = recordAt(settings, ['experimentalFeaturesEnabled'])['ociEnabled'] === true;
  if (alias !== undefined && isOn)
    return ok('bicep', 'bicepconfig.json', `br/${alias[0]} is ${registry}, ociEnabled`);
  const missing = [alias === undefined ? `an alias for ${registry}` : '', isOn ? '' : 'ociEnabled'].filter(
    Boolean,
  );
  return fail('bicep', 'bicepconfig.json', `lacks ${missing.join(' and ')}`, 'ashlar setup bicep --write');
}

export function checkTrustedRegistries(config: ClientConfig): Check {
  const name = 'BICEP_TRUSTED_REGISTRIES';
  const isUsed = config.programs.has('bicep') || config.env[name] !== undefined;
  if (!isUsed) return skip('bicep', name, 'bicep is not in PATH');
  const registry = bicepHost(config);
  if (registry === undefined) return bicepUnusable(name, config);
  const host = new URL(`http://${registry}`).hostname;
  const listed = (config.env[name] ?? '')
    .split(/[,;]/)
    .map((each) => each.trim().toLowerCase().replace(/:\d+$/, ''));
  if (listed.some((each) => each === host || (each.startsWith('*.') && host.endsWith(each.slice(1))))) {
    return ok('bicep', name, `holds ${host}`);
  }
  const present = listed.filter((each) => each !== '');
  return fail('bicep', name, `does not hold ${host}`, exportLine(name, [...present, host].join(',')));
}

/** Credentials of docker, which oras, skopeo, tofu and Bicep read too. */
export async function checkDockerConfig(config: ClientConfig): Promise<Check[]> {
  const name = 'credentials';
  const path = dockerConfigPath(config);
  const text = await readIfThere(path);
  const users = (['docker', 'oras', 'skopeo', 'tofu', 'bicep'] as const).filter((each) =>
    config.programs.has(each),
  );
  if (text === undefined && (users.length === 0 || !config.isSignedIn)) {
    return [
      skip('docker', name, config.isSignedIn ? 'no program that reads them is in PATH' : 'not signed in'),
    ];
  }
  const settings = readJson(text ?? '{}');
  if (settings === undefined) return [fail('docker', name, `${path} is not JSON`, 'Correct the file.')];
  const urls = [config.http, config.https].filter((url) => url !== undefined);
  const hosts = urls.map((url) => new URL(url).host);
  const keys = Object.keys(recordAt(settings, ['auths']));
  const helpers = recordAt(settings, ['credHelpers']);
  const present = hosts.filter((host) => keys.includes(host) || host in helpers);
  const found =
    present.length > 0
      ? ok('docker', name, `${path}: ${present.join(', ')}`)
      : fail(
          'docker',
          name,
          `${path} has none for ${hosts.join(' or ')}; private artifacts need them`,
          'ashlar setup docker',
        );
  return [found, ...urls.flatMap((url) => checkOtherPorts(url, keys))];
}

/** Seen on the wire with OrasProject.Oras 0.7: for a name with a port Bicep also takes the entry of any other name with a port. */
function checkOtherPorts(url: string, keys: readonly string[]): Check[] {
  const { host } = new URL(url);
  if (portNotes(url).length === 0) return [];
  const others = keys.filter((key) => key !== host && /^[^/:]+:\d+$/.test(key));
  if (others.length === 0) return [];
  const detail = `Bicep may send the password of ${others.join(', ')} to ${host}`;
  return [
    fail(
      'docker',
      'ports',
      detail,
      'Remove those entries (docker logout), or serve on port 443 and name no port.',
    ),
  ];
}

function bicepHost(config: ClientConfig): string | undefined {
  try {
    return new URL(bicepRegistry(config)).host;
  } catch {
    return undefined;
  }
}

function bicepUnusable(name: string, { http, https }: ClientConfig): Check {
  const url = https ?? http ?? '';
  const detail = isLoopback(url) ? 'Bicep needs http on a loopback address' : 'Bicep needs https';
  return fail(
    'bicep',
    name,
    `${detail}; the server offers ${url}`,
    'Serve it: --listen or --listen-tls of ashlar serve',
  );
}

async function hasBicepFiles(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => /\.bicep(?:param)?$/.test(name));
}

function readJson(text: string): JsonValue | undefined {
  try {
    return parseJsonc(text.trim() === '' ? '{}' : text);
  } catch {
    return undefined;
  }
}

function recordAt(value: JsonValue, path: readonly string[]): Readonly<Record<string, JsonValue>> {
  let at: JsonValue | undefined = value;
  for (const key of path) at = isRecord(at) ? at[key] : undefined;
  return isRecord(at) ? at : {};
}

function isRecord(value: JsonValue | undefined): value is Readonly<Record<string, JsonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
