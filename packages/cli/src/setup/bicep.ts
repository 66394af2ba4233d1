import { join } from 'node:path';

import { ashlarError } from '@ashlar/core';

import { isLoopback } from '@ashlar/core/loopback';
import { type JsonValue, setJsonc } from './jsonc.ts';
import type { PlannedFile, Recipe, SetupInput } from './recipe.ts';
import { trustLines } from './shell.ts';

/** The first version with both the trust list and docker credentials (Azure/bicep pull request 18956). */
export const minimumBicep = '0.45.6';

/** Alias, docker credentials and trust for the command line and the language server. */
export function bicepRecipe(input: SetupInput): Recipe {
  const registry = bicepRegistry(input);
  return {
    files: [configFile(input, registry)],
    environment: bicepEnvironment(input),
    commands: [`docker login ${new URL(registry).host} -u ashlar`],
    notes: [
      `Needs Bicep ${minimumBicep} or newer; 0.43 and 0.44 refuse every registry but Microsoft's.`,
      "Modules: br/ashlar:NAMESPACE/PATH:VERSION. Bicep reads docker's credentials; the password is an Ashlar token.",
      ...portNotes(registry),
      ...(registry.startsWith('http:')
        ? [
            'Bicep speaks plain http to an address of this machine, whatever the port. Completions in editors need https under a real name.',
          ]
        : []),
    ],
  };
}

/**
 * The address that Bicep can use. With `ociEnabled` it speaks plain http to loopback addresses, always, and https to all
 * others (OrasRegistrySession.cs, UsePlainHttp).
 */
export function bicepRegistry({ http, https }: Pick<SetupInput, 'http' | 'https'>): string {
  const usable = [https, http].find(
    (url) => url !== undefined && (url.startsWith('https:') ? !isLoopback(url) : isLoopback(url)),
  );
  if (usable !== undefined) return usable;
  const offered = [http, https].filter(Boolean).join(' and ') || 'nothing';
  throw ashlarError('ASH-USAGE', {
    reason: `Bicep needs https under a name that is not of this machine, or http on a loopback address; the server offers ${offered}.`,
  });
}

export function bicepEnvironment(input: SetupInput): (readonly [string, string])[] {
  const registry = bicepRegistry(input);
  const dockerConfig = input.env['DOCKER_CONFIG'];
  return [
    ['BICEP_TRUSTED_REGISTRIES', trustedRegistries(new URL(registry).hostname, input.env)],
    ...(registry.startsWith('https:') ? trustLines(input) : []),
    ...(dockerConfig ? [['DOCKER_CONFIG', dockerConfig] as const] : []),
  ];
}

/** The settings of bicepconfig.json: path and value. */
export function bicepSettings(registry: string): [readonly string[], JsonValue][] {
  return [
    [['experimentalFeaturesEnabled', 'ociEnabled'], true],
    [['moduleAliases', 'br', 'ashlar'], { registry: new URL(registry).host, modulePath: 'bicep' }],
  ];
}

function configFile({ cwd }: SetupInput, registry: string): PlannedFile {
  const edit = (text: string) =>
    bicepSettings(registry).reduce((done, [path, value]) => setJsonc(done, path, value), text);
  return { path: join(cwd, 'bicepconfig.json'), shown: edit('').trimEnd(), isSecret: false, edit };
}

/** Keeps what the variable holds already. Ports do not count there. */
function trustedRegistries(host: string, env: NodeJS.ProcessEnv): string {
  const present = (env['BICEP_TRUSTED_REGISTRIES'] ?? '').split(/[,;]/).map((each) => each.trim());
  return [...new Set([...present, host])].filter((each) => each !== '').join(',');
}

/** How OrasProject.Oras 0.7 matches docker's credentials, seen on the wire. */
export function portNotes(url: string): string[] {
  const { hostname, port } = new URL(url);
  if (port === '' || /^[\d.]+$|^\[/.test(hostname)) return [];
  return [
    `Bicep confuses docker credentials of names with a port: an entry for ANY OTHER name:port may be sent to ${hostname}:${port}. Keep no other such entry in the docker configuration, or serve on port 443.`,
  ];
}
