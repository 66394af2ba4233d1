import { join } from 'node:path';

import { ashlarError } from '@ashlar/core';
import { existsSync } from '@ashlar/registry/gateway/file-system';

import type { JsonValue } from './jsonc.ts';
import { putBlock, withoutBlock } from './marked-block.ts';
import type { PlannedFile, Recipe, SetupInput } from './recipe.ts';
import { trustLines } from './shell.ts';

type Tool = 'terraform' | 'opentofu';

const publicRegistry: Readonly<Record<Tool, string>> = {
  terraform: 'registry.terraform.io',
  opentofu: 'registry.opentofu.org',
};
const hidden = '…';

/**
 * Host blocks and credentials.
 *
 * Under http the server's own host needs a block, because discovery is https only. The name of the public registry gets
 * one too, so that sources without host, also inside modules, come from here. That block replaces all services of the
 * name; providers therefore stay with the public registry. Terraform sends the credentials of the name to every service
 * in its block, so no token is given for it: the public registry would get it. `dropIn: 'token'` turns this round, token
 * without providers, and `off` leaves the name alone.
 */
export function terraformRecipe(tool: Tool, input: SetupInput): Recipe {
  const base = baseOf(input);
  const path = configPath(tool, input);
  const legacy = legacyPath(tool, path, input);
  const file: PlannedFile = {
    path,
    shown: blockText(tool, { ...input, token: input.token && (input.showToken ? input.token : hidden) }),
    isSecret: input.token !== undefined,
    edit: (text) => edit(path, text, { id: base, content: blockText(tool, input) }),
    ...(legacy === undefined ? {} : { startsFrom: legacy }),
  };
  const usesHttps = base.startsWith('https:') || (tool === 'opentofu' && input.https !== undefined);
  return {
    files: [file],
    environment: usesHttps ? trustLines(input) : [],
    commands: [],
    notes: [
      ...hostNotes(base),
      ...dropInNotes(publicRegistry[tool], input),
      ...tokenNotes(base, input),
      ...(tool === 'opentofu' ? ociNotes(input) : []),
      ...(legacy === undefined
        ? []
        : [`OpenTofu reads ${legacy} only while there is no ${path}; its content is taken over.`]),
    ],
  };
}

/** The address for the module protocol: the listener that the user has reached already. */
export function baseOf({ url, http, https }: Pick<SetupInput, 'url' | 'http' | 'https'>): string {
  return (url.startsWith('https:') ? https : http) ?? url;
}

/** Where the tool reads its configuration from. */
export function configPath(tool: Tool, { env, home }: Pick<SetupInput, 'env' | 'home'>): string {
  if (env['TF_CLI_CONFIG_FILE']) return env['TF_CLI_CONFIG_FILE'];
  const name = tool === 'terraform' ? 'terraform' : 'tofu';
  if (process.platform === 'win32') return join(env['APPDATA'] ?? home, `${name}.rc`);
  const own = join(home, `.${name}rc`);
  const xdg = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'opentofu', 'tofurc');
  return tool === 'opentofu' && !existsSync(own) && existsSync(xdg) ? xdg : own;
}

function legacyPath(tool: Tool, path: string, { env, home }: SetupInput): string | undefined {
  if (tool === 'terraform' || env['TF_CLI_CONFIG_FILE'] || existsSync(path)) return undefined;
  const legacy = configPath('terraform', { env, home });
  return existsSync(legacy) ? legacy : undefined;
}

function blockText(tool: Tool, input: SetupInput): string {
  const base = baseOf(input);
  const modules = `${base}/v1/modules/`;
  const host = new URL(base).host;
  const isPlain = base.startsWith('http:');
  return [
    ...(isPlain
      ? [hostBlock(host, { 'modules.v1': modules, ...(input.login && { 'login.v1': input.login }) })]
      : []),
    ...(input.token === undefined ? [] : [credentialsBlock(host, input.token)]),
    ...dropInBlocks(publicRegistry[tool], modules, input),
    ...(tool === 'opentofu' ? ociCredentials(input) : []),
  ].join('\n\n');
}

function dropInBlocks(name: string, modules: string, { dropIn, token }: SetupInput): string[] {
  if (dropIn === 'off') return [];
  if (dropIn === 'token') {
    return [
      `# Sources without host come from here, with the token. There is no providers.v1, or its server would get the token\n` +
        `# too: providers need a provider_installation with a mirror.\n${hostBlock(name, { 'modules.v1': modules })}`,
      ...(token === undefined ? [] : [credentialsBlock(name, token)]),
    ];
  }
  const services = { 'modules.v1': modules, 'providers.v1': `https://${name}/v1/providers/` };
  return [
    `# Sources without host, also inside modules, come from here; providers still from ${name}.\n` +
      `# Without credentials on purpose: ${name} would get the token too.\n${hostBlock(name, services)}`,
  ];
}

function hostBlock(host: string, services: Readonly<Record<string, JsonValue>>): string {
  return `host ${quote(host)} {\n  services = ${hclValue(services, 1)}\n}`;
}

function credentialsBlock(host: string, token: string): string {
  return `credentials ${quote(host)} {\n  token = ${quote(token)}\n}`;
}

function ociCredentials({ https, token }: SetupInput): string[] {
  if (https === undefined || token === undefined) return [];
  const host = new URL(https).host;
  return [
    `# For oci:// sources; docker login ${host} would do the same.\n` +
      `oci_credentials ${quote(host)} {\n  username = "ashlar"\n  password = ${quote(token)}\n}`,
  ];
}

function hclValue(value: JsonValue, depth: number): string {
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => hclValue(item, depth)).join(', ')}]`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? quote(value) : String(value);
  const indent = '  '.repeat(depth);
  const entries = Object.entries(value);
  const width = Math.max(...entries.map(([key]) => quote(key).length));
  const lines = entries.map(
    ([key, item]) => `${indent}  ${quote(key).padEnd(width)} = ${hclValue(item, depth + 1)}`,
  );
  return `{\n${lines.join('\n')}\n${indent}}`;
}

/** The configuration of the tools is HCL 1, which evaluates nothing in a string. */
function quote(text: string): string {
  return JSON.stringify(text);
}

function edit(path: string, text: string, block: { readonly id: string; readonly content: string }): string {
  const own = new Set(labelsOf(block.content));
  // Of two blocks for one name a tool takes either, silently.
  const taken = labelsOf(withoutBlock(text, block.id)).find((label) => own.has(label));
  if (taken === undefined) return putBlock(text, block);
  throw ashlarError('ASH-CONFIG', {
    key: path,
    reason: `it has a block ${taken} already`,
    fix: 'Nothing was written. Remove that block, or leave it as it is and run this without --drop-in.',
  });
}

/** `host "name"` and the like, as they stand in a configuration; comments do not count. */
export function labelsOf(text: string): string[] {
  const blocks = text.matchAll(/^[ \t]*(host|credentials|oci_credentials)[ \t]+"([^"]+)"/gm);
  return Array.from(blocks, ([, kind, name]) => `${kind} "${name}"`);
}

function hostNotes(base: string): string[] {
  const { hostname, host } = new URL(base);
  if (hostname.includes('.') || hostname.startsWith('[')) return [];
  return [
    `Terraform and OpenTofu take only host names with a dot: write sources without "${host}/", or use 127.0.0.1 for a server on this machine.`,
  ];
}

/** The block reaches beyond this server, so that nobody should have it without knowing. */
function dropInNotes(name: string, { dropIn }: SetupInput): string[] {
  if (dropIn === 'off') return [];
  return [
    `With this, sources of ${name}, such as "Azure/naming/azurerm", come from here as well, and what is not here is not found. Without --drop-in they are left alone.`,
  ];
}

function tokenNotes(base: string, { token, isWriting, showToken }: SetupInput): string[] {
  const { host, port } = new URL(base);
  if (token === undefined)
    return ['Not signed in: private modules need a token. Sign in and run this again: ashlar login'];
  const variable = `TF_TOKEN_${host.replaceAll('-', '__').replaceAll('.', '_')}`;
  return [
    ...(isWriting || showToken ? [] : ['The token is not shown: --write writes it, --show-token shows it.']),
    ...(port === '' ? [`In pipelines the variable ${variable} does the same as the credentials block.`] : []),
  ];
}

function ociNotes({ https }: SetupInput): string[] {
  if (https === undefined) return ['oci:// sources need https, which this server does not serve.'];
  return [`oci:// sources: oci://${new URL(https).host}/terraform/NAMESPACE/NAME/SYSTEM?tag=VERSION`];
}
