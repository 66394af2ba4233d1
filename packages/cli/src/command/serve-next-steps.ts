import { fileURLToPath } from 'node:url';

import type { RunningServer } from '@ashlar/registry';

import { bicepRegistry } from '../setup/bicep.ts';
import { shellWord } from '../setup/shell.ts';

// The bundle lies as deep as this file (tools/bundle.js).
/** Elsewhere `npx ashlar` would ask the npm registry for a program of that name. */
const projectFolder = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/(?<=.)[/\\]$/, '');

/** What to try next with each client, ready to paste; printed when the examples have just been published. */
export function nextSteps({ urls, examples, adminTokenFile, localCa }: RunningServer): string[] {
  if (examples.length === 0) return [];
  const { http, https } = urls;
  return [
    '',
    `Published ${examples.length} example versions. Try them, in another terminal and an empty folder:`,
    ...(http === undefined ? [] : terraform(http)),
    ...(https === undefined ? [] : oci(https, localCa?.trustLine)),
    ...bicep(urls, localCa?.trustLine),
    '',
    '  # the ashlar command; npx finds it in the folder of the project',
    `  cd ${shellWord(projectFolder)}`,
    `  npx ashlar login ${http ?? https} --token - < ${shellWord(adminTokenFile)}`,
    '  npx ashlar list && npx ashlar doctor',
    '',
  ];
}

function terraform(http: string): string[] {
  const host = new URL(http).host;
  return [
    '',
    '  # terraform (tofu: TF_CLI_CONFIG_FILE works the same)',
    `  printf 'host "${host}" {\\n  services = { "modules.v1" = "${http}/v1/modules/" }\\n}\\n' > ashlar.tfrc`,
    `  printf 'module "naming" {\\n  source  = "${host}/example/avm-utl-naming/generic"\\n  version = "~> 1.0"\\n  workload = "shop"\\n  environment = "dev"\\n  region = "westeurope"\\n}\\n' > main.tf`,
    '  TF_CLI_CONFIG_FILE=$PWD/ashlar.tfrc terraform init && terraform validate',
  ];
}

function oci(https: string, trust: string | undefined): string[] {
  const host = new URL(https).host;
  return [
    '',
    '  # oras, skopeo and tofu oci://',
    ...(trust === undefined ? [] : [`  ${trust}`]),
    `  oras repo tags ${host}/terraform/example/avm-utl-naming/generic`,
    `  oras pull ${host}/terraform/example/avm-utl-naming/generic:1.0.0`,
  ];
}

function bicep(urls: RunningServer['urls'], trust: string | undefined): string[] {
  const registry = bicepAddress(urls);
  if (registry === undefined) return [];
  const { host, hostname } = new URL(registry);
  return [
    '',
    '  # bicep 0.45.6 or newer',
    ...(trust === undefined || registry.startsWith('http:') ? [] : [`  ${trust}`]),
    `  export BICEP_TRUSTED_REGISTRIES=${hostname}`,
    `  printf '{"experimentalFeaturesEnabled":{"ociEnabled":true},"moduleAliases":{"br":{"ashlar":{"registry":"${host}","modulePath":"bicep"}}}}' > bicepconfig.json`,
    `  printf "module vnet 'br/ashlar:example/res/network/virtual-network:1.0.0' = {\\n  params: { name: 'vnet', addressPrefixes: ['10.0.0.0/16'] }\\n}\\n" > main.bicep`,
    '  bicep build main.bicep',
  ];
}

/** Bicep cannot use every combination of listeners; where it cannot, there is nothing to try. */
function bicepAddress({ http, https }: RunningServer['urls']): string | undefined {
  try {
    return bicepRegistry({ http, https });
  } catch {
    return undefined;
  }
}
