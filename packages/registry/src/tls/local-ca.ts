import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { dirname, join, resolve } from 'node:path';

import { type AshlarError, ashlarError } from '@ashlar/core';

import type { Clock } from '../gateway/clock.ts';
import { crashPoint } from '../gateway/crash-point.ts';
import { mkdir, readFile, rename, rm, syncFolder, writeFile } from '../gateway/file-system.ts';
import { randomBytes } from '../gateway/random.ts';
import { authorityExtensions, isIpAddress, serverExtensions, signCertificate } from './certificate.ts';

export interface LocalCaOptions {
  /** Names and addresses besides those of this machine's loopback; as in a URL or without brackets. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
}

export interface LocalCa {
  /** Absolute path of the CA's certificate. */
  readonly caPath: string;
  /** Certificates and key in PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Whether the CA is new, so that nothing trusts it yet. */
  readonly created: boolean;
  /** One line for a POSIX shell that makes Terraform, OpenTofu, Bicep and everything on Go or OpenSSL trust the CA. */
  readonly trustLine: string;
}

const day = 24 * 60 * 60 * 1000;
const authorityLife = 3650 * day;
/** Apple's clients refuse more than 397 days. */
const serverLife = 390 * day;
const renewBefore = 30 * day;
/** Clients, containers and virtual machines whose clock is a little behind. */
const clockSkew = 60 * 60 * 1000;

interface Authority {
  readonly certificate: X509Certificate;
  readonly pem: string;
  readonly created: boolean;
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes a CA in the folder once, and from it a server certificate for the hosts; again only when the hosts change or
 * the end comes near. The caller must be the only one who uses the folder.
 * @throws ASH-CONFIG when the CA in the folder is damaged: a new one would silently break everybody's trust
 */
export async function ensureLocalCa(folder: string, { hosts, clock }: LocalCaOptions): Promise<LocalCa> {
  const absolute = resolve(folder);
  const now = clock.now();
  const names = certificateNames(hosts);
  const authority = (await readAuthority(absolute, now)) ?? (await makeAuthority(absolute, now));
  const server =
    (await readServer(absolute, authority, names, now)) ??
    (await makeServer(absolute, authority, names, now));
  const caPath = join(absolute, 'ca.pem');
  return {
    caPath,
    ca: authority.pem,
    ...server,
    created: authority.created,
    trustLine: `export SSL_CERT_FILE=${shellWord(caPath)}`,
  };
}

/** Every host as the URL parser writes it, once; addresses that only listeners know are left out. */
function certificateNames(hosts: readonly string[]): string[] {
  const names = ['localhost', '127.0.0.1', '::1', ...hosts].map((host) => {
    const bare = host.replace(/^\[|\]$/g, '');
    return new URL(`http://${bare.includes(':') ? `[${bare}]` : bare}`).hostname.replace(/^\[|\]$/g, '');
  });
  return [...new Set(names)].filter((name) => name !== '0.0.0.0' && name !== '::');
}

/** The CA of the folder, unless there is none or its end is near. */
async function readAuthority(folder: string, now: number): Promise<Authority | undefined> {
  const pem = await readIfThere(join(folder, 'ca.pem'));
  if (pem === undefined) return undefined;
  const certificate = parse(() => new X509Certificate(pem));
  if (certificate === undefined) throw damaged(folder, 'ca.pem is not a certificate');
  if (certificate.validToDate.getTime() - now < renewBefore) return undefined;
  return { certificate, pem, created: false };
}

async function makeAuthority(folder: string, now: number): Promise<Authority> {
  // Keys come from the same generator of the platform as all random bytes.
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = `Ashlar local CA ${randomBytes(4).toString('hex')}`;
  const content = {
    subject: name,
    issuer: name,
    publicKey,
    notBefore: now - clockSkew,
    notAfter: now + authorityLife,
    extensions: authorityExtensions(publicKey),
  };
  const pem = signCertificate(content, privateKey);
  await writePair(folder, 'ca', { cert: pem, key: toPem(privateKey) });
  return { certificate: new X509Certificate(pem), pem, created: true };
}

/** The server's certificate, if it is whole, of this CA, for exactly these hosts and not near its end. */
async function readServer(
  folder: string,
  authority: Authority,
  names: readonly string[],
  now: number,
): Promise<Pair | undefined> {
  const cert = await readIfThere(join(folder, 'server.pem'));
  const key = await readIfThere(join(folder, 'server-key.pem'));
  if (cert === undefined || key === undefined) return undefined;
  const certificate = parse(() => new X509Certificate(cert));
  const privateKey = parse(() => createPrivateKey(key));
  if (certificate === undefined || privateKey === undefined) return undefined;
  const isCurrent =
    certificate.validFromDate.getTime() <= now && certificate.validToDate.getTime() - now >= renewBefore;
  const isWhole =
    certificate.checkPrivateKey(privateKey) && certificate.verify(authority.certificate.publicKey);
  return isCurrent && isWhole && isFor(certificate, names) ? { cert, key } : undefined;
}

function isFor(certificate: X509Certificate, names: readonly string[]): boolean {
  const count = certificate.subjectAltName?.split(', ').length;
  const covers = (name: string) =>
    isIpAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name);
  return count === names.length && names.every((name) => covers(name) !== undefined);
}

async function makeServer(
  folder: string,
  authority: Authority,
  names: readonly string[],
  now: number,
): Promise<Pair> {
  const issuerKey = await readAuthorityKey(folder, authority);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const content = {
    subject: 'Ashlar',
    issuer: authority.certificate.subject.replace(/^CN=/, ''),
    publicKey,
    notBefore: now - clockSkew,
    notAfter: Math.min(now - clockSkew + serverLife, authority.certificate.validToDate.getTime()),
    extensions: serverExtensions(publicKey, createPublicKey(issuerKey), names),
  };
  const cert = signCertificate(content, issuerKey);
  if (!new X509Certificate(cert).checkIssued(authority.certificate)) {
    throw damaged(folder, 'ca.pem was not made by Ashlar');
  }
  const pair = { cert, key: toPem(privateKey) };
  await writePair(folder, 'server', pair);
  return pair;
}

async function readAuthorityKey(folder: string, authority: Authority): Promise<KeyObject> {
  const pem = await readIfThere(join(folder, 'ca-key.pem'));
  if (pem === undefined) throw damaged(folder, 'ca-key.pem is missing');
  const key = parse(() => createPrivateKey(pem));
  if (key === undefined) throw damaged(folder, 'ca-key.pem is not a private key');
  if (!authority.certificate.checkPrivateKey(key))
    throw damaged(folder, 'ca-key.pem does not belong to ca.pem');
  return key;
}

/** The key first: a certificate without key is damage, a key without certificate is a start that was cut short. */
async function writePair(folder: string, name: string, { cert, key }: Pair): Promise<void> {
  await mkdir(folder, { recursive: true });
  await syncFolder(dirname(folder));
  await replaceFile(join(folder, `${name}-key.pem`), key, 0o600);
  await replaceFile(join(folder, `${name}.pem`), cert, 0o644);
}

/** Durable when it returns: a power cut must not leave a certificate whose key was lost. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const fresh = `${path}.new`;
  // What a start that was cut short left there; with `wx` no earlier mode stays.
  await rm(fresh, { force: true });
  await writeFile(fresh, text, { mode, flag: 'wx', flush: true });
  crashPoint('tls.file-written');
  await rename(fresh, path);
  crashPoint('tls.file-named');
  await syncFolder(dirname(path));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Node throws for what it cannot read; here that is an expected outcome. */
function parse<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function damaged(folder: string, reason: string): AshlarError {
  return ashlarError('ASH-CONFIG', {
    key: 'tls',
    reason: `the local CA in ${folder} cannot be used: ${reason}`,
    fix: 'Restore the folder, or remove it to get a new CA, which every client must trust anew.',
  });
}

function toPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function shellWord(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
