import { createHash, type KeyObject, sign } from 'node:crypto';

import { randomBytes } from '../gateway/random.ts';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts';

/** What a certificate says; keys are ECDSA P-256. Times are milliseconds. */
export interface CertificateContent {
  /** Common names. */
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Buffer[];
}

/** Signs an X.509 version 3 certificate (RFC 5280) with ECDSA and SHA-256; returns PEM. */
export function signCertificate(content: CertificateContent, issuerKey: KeyObject): string {
  const algorithm = sequence(objectId('1.2.840.10045.4.3.2'));
  const version3 = explicit(0, integer(Buffer.of(2)));
  const signed = sequence(
    version3,
    integer(serialNumber()),
    algorithm,
    commonName(content.issuer),
    sequence(time(content.notBefore), time(content.notAfter)),
    commonName(content.subject),
    content.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...content.extensions)),
  );
  const signature = sign('sha256', signed, issuerKey);
  return toPem(sequence(signed, algorithm, bitString(signature)));
}

/** The extensions of a root that signs server certificates and nothing else. */
export function authorityExtensions(key: KeyObject): Buffer[] {
  const noIntermediates = integer(Buffer.of(0));
  return [
    extension('2.5.29.19', sequence(boolean(true), noIntermediates), 'critical'),
    extension('2.5.29.15', keyUsage(0b0000_0110), 'critical'),
    extension('2.5.29.37', serverAuth()),
    extension('2.5.29.14', octetString(keyIdentifier(key))),
  ];
}

/** The extensions of a server certificate for host names and IP addresses. */
export function serverExtensions(key: KeyObject, issuerKey: KeyObject, hosts: readonly string[]): Buffer[] {
  return [
    extension('2.5.29.19', sequence(), 'critical'),
    extension('2.5.29.15', keyUsage(0b1000_0000), 'critical'),
    extension('2.5.29.37', serverAuth()),
    extension('2.5.29.17', sequence(...hosts.map(generalName))),
    extension('2.5.29.14', octetString(keyIdentifier(key))),
    extension('2.5.29.35', sequence(implicit(0, keyIdentifier(issuerKey)))),
  ];
}

/** Whether a host, as the URL parser writes it without brackets, is an IP address. */
export function isIpAddress(host: string): boolean {
  return host.includes(':') || /^\d+(\.\d+){3}$/.test(host);
}

/** 127 random bits; RFC 5280 wants a positive number of at most 20 bytes. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(objectId('2.5.4.3'), utf8String(name))));
}

function extension(id: string, content: Buffer, critical?: 'critical'): Buffer {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octetString(content));
}

/** The bits of RFC 5280 §4.2.1.3, digitalSignature first. */
function keyUsage(bits: number): Buffer {
  const unusedBits = 31 - Math.clz32(bits & -bits);
  return bitString(Buffer.of(bits), unusedBits);
}

function serverAuth(): Buffer {
  return sequence(objectId('1.3.6.1.5.5.7.3.1'));
}

/** Any stable 160 bits of the key will do (RFC 7093). */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);
}

function generalName(host: string): Buffer {
  return isIpAddress(host) ? implicit(7, ipBytes(host)) : implicit(2, Buffer.from(host, 'ascii'));
}

function ipBytes(host: string): Buffer {
  if (!host.includes(':')) return Buffer.from(host.split('.').map(Number));
  const [head = [], tail = []] = host
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return Buffer.from([...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
