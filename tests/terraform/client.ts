import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { run, type RunResult } from '../support/run.ts';
import type { TestServer } from '../support/server.ts';

/** A folder with a root module, a home folder of its own and a CLI configuration: all that a client reads. */
export interface Workspace {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  init(...args: string[]): Promise<Installed>;
  run(args: readonly string[], input?: string): Promise<RunResult>;
  /** Replaces files of the root module. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Forgets what was installed. */
  clean(): Promise<void>;
  remove(): Promise<void>;
}

export interface Installed extends RunResult {
  /** What `init` wrote, with the frame and the line breaks of its messages taken out. */
  readonly text: string;
  /** Version by key of a module call. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface WorkspaceOptions {
  readonly files: Readonly<Record<string, string>>;
  /** The CLI configuration. */
  readonly config?: string;
  /** Files of the home folder. */
  readonly home?: Readonly<Record<string, string>>;
  /** A CA to trust, beside no other. */
  readonly caFile?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Makes a workspace for `terraform` or `tofu`, whose path is `tool`. */
export async function openWorkspace(tool: string, options: WorkspaceOptions): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), 'ashlar-workspace-'));
  const folder = join(root, 'module');
  await writeFiles(folder, options.files);
  await writeFiles(root, { 'cli.rc': options.config ?? '' });
  // Terraform makes the folder when it looks for updates, which tests turn off, and does not when it signs in.
  await writeFiles(join(root, 'home'), { '.terraform.d/.keep': '', ...options.home });
  const env = {
    HOME: join(root, 'home'),
    TF_CLI_CONFIG_FILE: join(root, 'cli.rc'),
    ...(options.caFile === undefined ? {} : { SSL_CERT_FILE: options.caFile }),
    ...options.env,
  };
  const runTool: Workspace['run'] = async (args, input) =>
    await run(tool, args, { cwd: folder, env, ...(input === undefined ? {} : { input }) });
  return {
    folder,
    env,
    run: runTool,
    async init(...args) {
      const result = await runTool(['init', '-input=false', '-no-color', ...args]);
      return {
        ...result,
        text: unframe(result.stdout + result.stderr),
        versions: await readVersions(folder),
      };
    },
    write: async (files) => await writeFiles(folder, files),
    clean: async () => await rm(join(folder, '.terraform'), { recursive: true, force: true }),
    remove: async () => await rm(root, { recursive: true, force: true }),
  };
}

/** A `host` block that sends the module requests for `host` to a server, as `ashlar setup terraform` prints it. */
export function hostBlock(host: string, url: string): string {
  return `host "${host}" {\n  services = { "modules.v1" = "${url}/v1/modules/" }\n}\n`;
}

export function credentials(host: string, token: string): string {
  return `credentials "${host}" {\n  token = "${token}"\n}\n`;
}

/** A module call. */
export function call(name: string, source: string, version?: string): string {
  const constraint = version === undefined ? '' : `  version = "${version}"\n`;
  return `module "${name}" {\n  source  = "${source}"\n${constraint}}\n`;
}

/** A module that says which version it is. */
export function versionModule(version: string): Record<string, string> {
  return { 'main.tf': `output "version" {\n  value = "${version}"\n}\n`, 'README.md': `# ${version}\n` };
}

export async function createNamespace(server: TestServer, name: string, visibility: 'public' | 'private') {
  const { status } = await server.api('POST', '/namespaces', { name, visibility });
  if (status !== 201) throw new Error(`namespace ${name}: ${status}`);
}

/** Calls the API about a version: deprecate, revoke, reinstate, or delete it. */
export async function change(
  server: TestServer,
  action: 'deprecate' | 'revoke' | 'reinstate' | 'delete',
  reference: string,
  body?: unknown,
): Promise<void> {
  const ref = `?ref=${encodeURIComponent(reference)}`;
  const { status } =
    action === 'delete'
      ? await server.api('DELETE', `/version${ref}`)
      : await server.api('POST', `/version/${action}${ref}`, body);
  if (status >= 300) throw new Error(`${action} ${reference}: ${status}`);
}

/** Terraform frames its messages and breaks their lines; sentences are found in the text without either. */
function unframe(output: string): string {
  return output.replaceAll(/[╷│╵]/g, ' ').replaceAll(/\s+/g, ' ');
}

async function readVersions(folder: string): Promise<Record<string, string>> {
  const text = await readFile(join(folder, '.terraform/modules/modules.json'), 'utf8').catch(() => '{}');
  const { Modules: modules = [] } = JSON.parse(text) as { Modules?: { Key: string; Version?: string }[] };
  return Object.fromEntries(
    modules.flatMap(({ Key, Version }) => (Version === undefined ? [] : [[Key, Version]])),
  );
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
