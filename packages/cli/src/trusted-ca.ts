import { readFile } from '@ashlar/registry/gateway/file-system';
import { httpRequest } from '@ashlar/registry/gateway/http';

import { cliError } from './cli-error.ts';

/** Where systems keep the authorities that they trust, as Go and OpenSSL look for them. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities for https in PEM: those of a file, and those of the system, which Node does not read by itself.
 * Undefined leaves Node its own list.
 * @throws ASH-CONFIG when the file cannot be used
 */
export async function trustedAuthorities(caFile: string | undefined): Promise<string | undefined> {
  const own = caFile === undefined ? undefined : await readAuthorities(caFile);
  const system = await readSystemBundle();
  return own === undefined && system === undefined ? undefined : [own, system].filter(Boolean).join('\n');
}

async function readAuthorities(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text?.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw await cliError('ASH-CONFIG', {
    key: path,
    reason: text === undefined ? 'the file cannot be read' : 'the file holds no certificate in PEM',
    fix: 'Name the certificate of the CA with --ca, ASHLAR_CA or SSL_CERT_FILE, for the local CA <data>/tls/ca.pem.',
  });
}

async function readSystemBundle(): Promise<string | undefined> {
  for (const path of systemBundles) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The error of a request under these authorities; undefined when the server is trusted. */
export async function trustProblem(url: string, ca: string | undefined): Promise<unknown> {
  return await httpRequest(`${url}/`, { method: 'HEAD', ...(ca === undefined ? {} : { ca }) }).then(
    () => undefined,
    (error: unknown) => error,
  );
}
