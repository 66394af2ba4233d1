import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AshlarError } from '@ashlar/core';
import { loadTlsFiles } from '@ashlar/registry/tls';
import fc from 'fast-check';

import { serverExtensions, signCertificate } from '../../../packages/registry/src/tls/certificate.ts';
import { target } from '../target.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyText = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const certificateText = signCertificate(
  {
    subject: 'localhost',
    issuer: 'localhost',
    publicKey,
    notBefore: 0,
    notAfter: Date.UTC(2090),
    extensions: serverExtensions(publicKey, publicKey, ['localhost']),
  },
  privateKey,
);

/** Places as parts of the whole, so that they mean something in both files. */
const changes = fc.array(
  fc.record({
    file: fc.constantFrom('cert', 'key'),
    kind: fc.constantFrom('der', 'text', 'cut', 'twice', 'junk'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(255),
  }),
  { maxLength: 3 },
);

type Change = { file: string; kind: string; at: number; byte: number };

function damage(pem: string, { kind, at, byte }: Change): string {
  const place = Math.floor(at * pem.length);
  switch (kind) {
    case 'text':
      return pem.slice(0, place) + String.fromCharCode(byte) + pem.slice(place + 1);
    case 'cut':
      return pem.slice(0, place);
    case 'twice':
      return pem + pem;
    case 'junk':
      return String.fromCharCode(byte).repeat(place);
    default: {
      // A change of the DER inside leaves the text around it whole.
      const [begin = '', ...rest] = pem.trim().split('\n');
      const end = rest.pop() ?? '';
      const der = Buffer.from(rest.join(''), 'base64');
      if (der.length > 0) der[Math.min(Math.floor(at * der.length), der.length - 1)] = byte;
      return `${begin}\n${der.toString('base64')}\n${end}\n`;
    }
  }
}

let folder: Promise<string> | undefined;

/** Files of certificates that are not what they should be: a sentence, never anything else. */
export const certificateTarget = target({
  name: 'certificate',
  inputs: changes,
  async check(list: readonly Change[]) {
    folder ??= mkdtemp(join(tmpdir(), 'ashlar-fuzz-tls-'));
    const [cert, key] = [join(await folder, 'cert.pem'), join(await folder, 'key.pem')];
    const damaged = (file: string, text: string) =>
      list.filter((change) => change.file === file).reduce((pem, change) => damage(pem, change), text);
    await writeFile(cert, damaged('cert', certificateText), 'latin1');
    await writeFile(key, damaged('key', keyText), 'latin1');
    try {
      await loadTlsFiles(cert, key);
    } catch (error) {
      if (!(error instanceof AshlarError) || error.code !== 'ASH-CONFIG') throw error;
      if (list.length === 0) throw new Error('the files that are whole are refused', { cause: error });
    }
  },
  async close() {
    if (folder) await rm(await folder, { recursive: true, force: true });
    folder = undefined;
  },
});
