import { isLoopback } from '@ashlar/core/loopback';

/** How to connect one kind of client, in short; `ashlar setup` writes the same, and more. */
export interface Recipe {
  readonly title: string;
  readonly text: string;
  readonly code: string;
}

interface Urls {
  readonly http?: string;
  readonly https?: string;
}

/** What each client needs to use the listeners that run. */
export function recipes(urls: Urls): Recipe[] {
  const all = [urls.http, urls.https].filter((url) => url !== undefined);
  const plain = all.find((url) => url.startsWith('http:'));
  const secure = all.find((url) => url.startsWith('https:'));
  const best = secure ?? plain ?? '';
  return [
    plain === undefined ? terraformOverTls(best) : terraformOverHttp(plain),
    bicep(all),
    oci(best),
    {
      title: 'The ashlar command',
      text: 'Writes all of this, with --drop-in also for the public registry, and checks it.',
      code: `ashlar login ${ownProgramUrl(all, best)}\nashlar setup terraform --write\nashlar doctor`,
    },
  ];
}

/** On the server's own machine http does as well, and works without trusting the local certificate authority first. */
function ownProgramUrl(all: readonly string[], best: string): string {
  return all.find((url) => url.startsWith('http:') && isLoopback(url)) ?? best;
}

/** Discovery is https only, so under http a block says where the modules are. */
function terraformOverHttp(url: string): Recipe {
  return {
    title: 'Terraform and OpenTofu',
    text: `In ~/.terraformrc or ~/.tofurc. Modules are then found as ${hostOf(url)}/NAMESPACE/NAME/SYSTEM with a version.`,
    code: `host "${hostOf(url)}" {\n  services = { "modules.v1" = "${url}/v1/modules/" }\n}`,
  };
}

function terraformOverTls(url: string): Recipe {
  const host = hostOf(url);
  return {
    title: 'Terraform and OpenTofu',
    text: `Modules are found as ${host}/NAMESPACE/NAME/SYSTEM with a version. Private ones need a token, which this gets:`,
    code: `terraform login ${host}`,
  };
}

/** Bicep speaks plain http to addresses of its own machine, and https to all others. */
function bicep(all: readonly string[]): Recipe {
  const title = 'Bicep';
  const url = all.toReversed().find((each) => each.startsWith('http:') === isLoopback(each));
  if (url === undefined) {
    const text =
      'Needs https under a name that is not of this machine, or http on a loopback address. This server has:';
    return { title, text, code: all.join('\n') };
  }
  const config = {
    experimentalFeaturesEnabled: { ociEnabled: true },
    moduleAliases: { br: { ashlar: { registry: hostOf(url), modulePath: 'bicep' } } },
  };
  return {
    title,
    text: 'Set BICEP_TRUSTED_REGISTRIES and put this into bicepconfig.json; needs Bicep 0.45.6 or newer.',
    code: `export BICEP_TRUSTED_REGISTRIES=${new URL(url).hostname}\n\n${JSON.stringify(config, null, 2)}`,
  };
}

function oci(url: string): Recipe {
  const host = hostOf(url);
  const isPlain = url.startsWith('http:');
  const lines = [
    `docker login ${host}`,
    `oras login ${host}${isPlain ? ' --plain-http' : ''}`,
    `skopeo login ${host}${isPlain ? ' --tls-verify=false' : ''}`,
  ];
  return {
    title: 'oras, skopeo, docker',
    text: 'Any user name; the password is an Ashlar token.',
    code: lines.join('\n'),
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
