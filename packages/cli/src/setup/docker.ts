import { join } from 'node:path';

import { ashlarError } from '@ashlar/core';

import { isLoopback } from '@ashlar/core/loopback';
import { parseJsonc, setJsonc } from './jsonc.ts';
import type { PlannedFile, Recipe, SetupInput } from './recipe.ts';
import { trustLines } from './shell.ts';

/** docker, skopeo and oras: sign-in for each listener. */
export function dockerRecipe(input: SetupInput): Recipe {
  const urls = [input.https, input.http].filter((url) => url !== undefined);
  return {
    files: input.token === undefined ? [] : [configFile(input, urls, input.token)],
    environment: input.https === undefined ? [] : trustLines(input),
    commands: urls.flatMap(loginCommands),
    notes: [
      ...(input.isWriting
        ? []
        : ['Any user name will do; the password is an Ashlar token, here from ASHLAR_TOKEN.']),
      ...urls.flatMap((url) => daemonNotes(url, input)),
    ],
  };
}

function loginCommands(url: string): string[] {
  const { host } = new URL(url);
  const isPlain = url.startsWith('http:');
  const token = `printf %s "$ASHLAR_TOKEN" |`;
  return [
    `${token} docker login ${host} -u ashlar --password-stdin`,
    `${token} skopeo login ${host} -u ashlar --password-stdin${isPlain ? ' --tls-verify=false' : ''}`,
    `${token} oras login ${host} -u ashlar --password-stdin${isPlain ? ' --plain-http' : ''}`,
  ];
}

/** The docker daemon has its own lists of what it trusts. */
function daemonNotes(url: string, { ca }: SetupInput): string[] {
  const { host } = new URL(url);
  if (url.startsWith('https:')) {
    return ca === undefined
      ? []
      : [`The docker daemon reads the CA from /etc/docker/certs.d/${host}/ca.crt; copy ${ca} there.`];
  }
  return isLoopback(url)
    ? []
    : [`The docker daemon needs "insecure-registries": ["${host}"] in daemon.json.`];
}

export function dockerConfigPath({ env, home }: Pick<SetupInput, 'env' | 'home'>): string {
  return join(env['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json');
}

function configFile(input: SetupInput, urls: readonly string[], token: string): PlannedFile {
  const path = dockerConfigPath(input);
  const auth = Buffer.from(`ashlar:${token}`).toString('base64');
  const edit = (text: string) => {
    refuseCredentialStore(path, text);
    return urls.reduce((done, url) => setJsonc(done, ['auths', new URL(url).host], { auth }), text);
  };
  return { path, shown: '', isSecret: true, edit };
}

/** With a store docker does not read passwords from the file any more. */
function refuseCredentialStore(path: string, text: string): void {
  if (text.trim() === '') return;
  const config = parseJsonc(text) as { readonly credsStore?: unknown };
  if (!config.credsStore) return;
  throw ashlarError('ASH-CONFIG', {
    key: path,
    reason: 'docker keeps its passwords in a credential store',
    fix: 'Nothing was written. Run the docker login lines that ashlar setup docker prints.',
  });
}
