import type { AshlarError, ErrorCode } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { challenge } from './challenge.ts';

/** Codes of the distribution specification for errors whose status alone does not tell. */
const codes: Partial<Record<ErrorCode, string>> = {
  'ASH-REPOSITORY-INVALID': 'NAME_INVALID',
  'ASH-ADDRESS-INVALID': 'NAME_INVALID',
  'ASH-NAMESPACE-INVALID': 'NAME_INVALID',
  'ASH-REPOSITORY-UNKNOWN': 'NAME_UNKNOWN',
  'ASH-NAMESPACE-UNKNOWN': 'NAME_UNKNOWN',
  'ASH-REFERENCE-INVALID': 'MANIFEST_INVALID',
  'ASH-DIGEST-INVALID': 'DIGEST_INVALID',
  'ASH-DIGEST-MISMATCH': 'DIGEST_INVALID',
  'ASH-DIGEST-ALGORITHM': 'UNSUPPORTED',
  'ASH-SIZE-MISMATCH': 'SIZE_INVALID',
  'ASH-BLOB-UNKNOWN': 'BLOB_UNKNOWN',
  'ASH-UPLOAD-UNKNOWN': 'BLOB_UPLOAD_UNKNOWN',
  'ASH-UPLOAD-RANGE': 'BLOB_UPLOAD_INVALID',
  'ASH-UPLOAD-BUSY': 'BLOB_UPLOAD_INVALID',
  'ASH-CONTENT-RANGE-INVALID': 'BLOB_UPLOAD_INVALID',
  'ASH-BLOB-SIZE': 'SIZE_INVALID',
  'ASH-MANIFEST-UNKNOWN': 'MANIFEST_UNKNOWN',
  'ASH-MANIFEST-INVALID': 'MANIFEST_INVALID',
  'ASH-MANIFEST-SIZE': 'SIZE_INVALID',
  'ASH-MANIFEST-PARTS': 'MANIFEST_BLOB_UNKNOWN',
  'ASH-BICEP-ARTIFACT': 'MANIFEST_INVALID',
  'ASH-BICEP-TEMPLATE': 'MANIFEST_INVALID',
  'ASH-TERRAFORM-ARTIFACT': 'MANIFEST_INVALID',
  'ASH-MODULE-UNREADABLE': 'MANIFEST_INVALID',
  'ASH-MODULE-TOO-COMPLEX': 'MANIFEST_INVALID',
  'ASH-VERSION-DISHONEST': 'MANIFEST_INVALID',
  'ASH-TAG-NOT-VERSION': 'MANIFEST_INVALID',
  'ASH-ATTACHMENT-ONLY': 'MANIFEST_INVALID',
  'ASH-OCI-UNSUPPORTED': 'UNSUPPORTED',
  'ASH-METHOD': 'UNSUPPORTED',
  'ASH-RANGE-INVALID': 'BLOB_UNKNOWN',
  'ASH-BODY-TIMEOUT': 'BLOB_UPLOAD_INVALID',
  'ASH-OVERLOADED': 'TOOMANYREQUESTS',
};

/** Statuses that this surface gives instead of those of the catalogue. */
const statuses: Partial<Record<ErrorCode, number>> = {
  // Bicep shows its own words on a 404 and ours on a 403.
  'ASH-VERSION-REVOKED': 403,
};

/** The code of the distribution specification for an error. */
export function ociCode(error: AshlarError): string {
  const code = codes[error.code];
  if (code) return code;
  if (error.code.startsWith('ASH-ARCHIVE-')) return 'MANIFEST_INVALID';
  switch (error.status) {
    case 401:
      return 'UNAUTHORIZED';
    case 404:
      return 'NAME_UNKNOWN';
    case 405:
      return 'UNSUPPORTED';
    case 429:
      return 'TOOMANYREQUESTS';
    case 400:
    case 413:
    case 414:
    case 415:
      return 'UNSUPPORTED';
    default:
      return error.status >= 500 ? 'UNKNOWN' : 'DENIED';
  }
}

/**
 * Answers an error in the shape of the specification. The sentence stands in `message`, where every client shows it;
 * `detail` stays away because Bicep prints it raw. `asked` is the challenge of a 401.
 */
export function sendOciError(
  request: FastifyRequest,
  reply: FastifyReply,
  error: AshlarError,
  asked: string = challenge(request, error),
): void {
  // Clients ask with HEAD before they push and give up on a 400, which has no body there to say what is wrong. After
  // a 404 they go on to a request that can.
  const mute = request.method === 'HEAD' && error.code === 'ASH-ADDRESS-INVALID';
  const status = mute ? 404 : (statuses[error.code] ?? error.status);
  if (status === 401) void reply.header('www-authenticate', asked);
  // Bytes: to a text or to null Fastify would add a charset to the media type.
  const body = Buffer.from(JSON.stringify({ errors: [{ code: ociCode(error), message: error.message }] }));
  void reply
    .code(status)
    .header('content-type', 'application/json')
    .header('content-length', body.length)
    .header('ashlar-error', error.code)
    .send(request.method === 'HEAD' ? undefined : body);
}
