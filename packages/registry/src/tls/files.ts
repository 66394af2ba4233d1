import { createPrivateKey, X509Certificate } from 'node:crypto';

import { type AshlarError, ashlarError } from '@ashlar/core';

import { describeReadError } from '../config/read-error.ts';
import { type Clock, systemClock } from '../gateway/clock.ts';
import { readFile } from '../gateway/file-system.ts';

/** PEM texts, as `node:https` takes them. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface TlsFilesOptions {
  readonly clock?: Clock;
  /** How the user wrote the two settings; errors repeat it. */
  readonly names?: { readonly cert: string; readonly key: string };
}

const certificateFix = 'Name a file with the certificate of the server in PEM, followed by its chain.';
const keyFix = 'Name a file with the private key of the certificate in PEM, without passphrase.';

/**
 * Reads a certificate and its key and checks that they can serve.
 * @throws ASH-CONFIG when a file is missing, unreadable or no PEM, the two do not belong together, or the time is over
 */
export async function loadTlsFiles(
  certPath: string,
  keyPath: string,
  { clock = systemClock, names = { cert: 'tlsCert', key: 'tlsKey' } }: TlsFilesOptions = {},
): Promise<TlsFiles> {
  const cert = await read(certPath, names.cert, certificateFix);
  const key = await read(keyPath, names.key, keyFix);
  const certificate = parseCertificate(cert);
  if (certificate === undefined) {
    throw wrong(names.cert, `${certPath} holds no certificate in PEM`, certificateFix);
  }
  if (/ENCRYPTED/.test(key)) throw wrong(names.key, `${keyPath} is protected by a passphrase`, keyFix);
  const privateKey = parsePrivateKey(key);
  if (privateKey === undefined) throw wrong(names.key, `${keyPath} holds no private key in PEM`, keyFix);
  if (!certificate.checkPrivateKey(privateKey)) {
    const fix =
      'Name the key that the certificate was issued for; the certificate of the server comes first in its file.';
    throw wrong(names.key, `${keyPath} does not belong to the certificate in ${certPath}`, fix);
  }
  checkTime(certificate, certPath, names.cert, clock.now());
  return { cert, key };
}

function checkTime(certificate: X509Certificate, path: string, name: string, now: number): void {
  const { validFromDate, validToDate } = certificate;
  if (now > validToDate.getTime()) {
    throw wrong(name, `the certificate in ${path} expired on ${day(validToDate)}`, 'Renew it.');
  }
  if (now < validFromDate.getTime()) {
    const fix = 'Correct the clock of this machine, or use another certificate.';
    throw wrong(name, `the certificate in ${path} is not valid before ${day(validFromDate)}`, fix);
  }
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

async function read(path: string, name: string, fix: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw wrong(name, `the file ${path} ${describeReadError(error)}`, fix);
  }
}

function parseCertificate(pem: string): X509Certificate | undefined {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function parsePrivateKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function wrong(key: string, reason: string, fix: string): AshlarError {
  return ashlarError('ASH-CONFIG', { key, reason, fix });
}
