/** What a consumer writes to use a version; `host` is the server as the client knows it. */
export function usageLines(address: string, version: string, host: string): string[] {
  const [language, ...rest] = address.split('/');
  if (language === 'bicep') {
    const symbol = camelCase(rest.at(-1)!);
    return [
      `module ${symbol} 'br/ashlar:${rest.join('/')}:${tagOf(version)}' = {`,
      '  params: {}',
      '}',
      '',
      `(br/ashlar is the alias that "ashlar setup bicep --write" makes; in full br:${host}/${address}:${tagOf(version)})`,
    ];
  }
  return [
    `module "${rest[1]!.replaceAll(/[^\w-]/g, '_')}" {`,
    `  source  = "${terraformHost(host)}${rest.join('/')}"`,
    `  version = "${version}"`,
    '}',
    '',
    '(once per machine: ashlar setup terraform --write, or opentofu)',
  ];
}

/** Tags cannot hold `+`. */
export function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}

/** Terraform takes only hosts with a dot; without host the source goes through the host block of the public registry. */
function terraformHost(host: string): string {
  return host.includes('.') ? `${host}/` : '';
}

function camelCase(text: string): string {
  const name = text.replaceAll(
    /[^a-zA-Z0-9]+(.)?/g,
    (_, letter: string | undefined) => letter?.toUpperCase() ?? '',
  );
  return /^[a-zA-Z]/.test(name) ? name : `module${name}`;
}
