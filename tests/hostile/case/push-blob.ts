import { digestOf } from '../../oci/content.ts';
import type { HostileServer } from '../hostile-server.ts';

/** Puts a blob where a case needs one. */
export async function pushBlobTo(server: HostileServer, repository: string, bytes: Buffer): Promise<string> {
  const digest = digestOf(bytes);
  const answer = await fetch(`${server.url}/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.admin}`, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  if (answer.status !== 201) throw new Error(`the blob was not taken: ${answer.status}`);
  return digest;
}
