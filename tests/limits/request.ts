import type { PastLimit } from '@ashlar/core';
import { packZip } from '@ashlar/registry/intake';

import { digestOf, manifestOf } from '../oci/content.ts';
import { moduleFiles } from '../publish/put-version.ts';
import { publishFiles } from '../support/server.ts';
import { openConnection, type RawConnection } from '../support/raw-connection.ts';
import { codeOf, type Place, type Probe, publish } from './probe.ts';

type Code = PastLimit | undefined;

async function overRaw(place: Place, work: (connection: RawConnection) => Promise<Code>): Promise<Code> {
  const connection = await openConnection(place.server.http);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

async function rawCode(place: Place, head: string): Promise<Code> {
  return await overRaw(place, async (connection) => {
    await connection.write(`${head}\r\n\r\n`);
    const { status, headers } = await connection.answer();
    return status < 300 ? undefined : (headers.get('ashlar-error') as Code);
  });
}

async function deprecate(place: Place, body: object): Promise<Code> {
  const { answer, address } = await publish(place, await packZip(moduleFiles({ 'main.tf': '' })));
  if (answer.status !== 201) throw new Error(JSON.stringify(answer));
  return codeOf(await place.server.api('POST', `/version/deprecate?ref=${address}@1.0.0`, body));
}

/** The code when it is the one that a parameter of a wrong length gets; what else is wrong with it does not count. */
async function lengthCode(place: Place, path: string): Promise<Code> {
  const { body } = await place.server.api('GET', path);
  return body.code === 'ASH-REQUEST-INVALID' ? body.code : undefined;
}

export const requestProbes = {
  headers: async (size, place) => {
    const head = 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ';
    // Names and values count; what divides them does not, nor does the method.
    const counted = '/healthz'.length + 'Host'.length + 'x'.length + 'X-A'.length;
    return await rawCode(place, `${head}${'a'.repeat(size - counted)}`);
  },
  url: async (size, place) =>
    await rawCode(place, `GET ${'/healthz?'.padEnd(size, 'a')} HTTP/1.1\r\nHost: x`),
  jsonBody: async (size, { server, name }) => {
    const response = await fetch(`${server.http}/api/v1/namespaces`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.admin}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: name() }).padEnd(size, ' '),
    });
    return response.ok ? undefined : ((await response.json()) as { code: PastLimit }).code;
  },
  formBody: async (size, { server }) => {
    const response = await fetch(`${server.http}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a='.padEnd(size, 'b'),
    });
    return response.ok ? undefined : (response.headers.get('ashlar-error') as Code);
  },
  refusedBody: async (size, place) =>
    await overRaw(place, async (connection) => {
      await connection.write(
        `PUT /api/v1/version?ref=x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer no\r\nContent-Type: application/zip\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      const { status } = await connection.answer();
      if (status !== 401) throw new Error(`the body was not refused: ${status}`);
      const chunk = Buffer.alloc(1024 * 1024);
      try {
        for (let left = size; left > 0; left -= chunk.length) {
          const part = chunk.subarray(0, left);
          await connection.write(`${part.length.toString(16)}\r\n`);
          await connection.write(part);
          await connection.write('\r\n');
        }
        await connection.write('0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
        await connection.answer();
        return undefined;
      } catch {
        return 'closed';
      }
    }),
  tagsPerPush: async (count, { oci, name }) => {
    const manifest = manifestOf({});
    const tags = Array.from({ length: count }, (_, i) => `tag=t${i}`).join('&');
    const { status, headers } = await oci.send(
      'PUT',
      `/v2/plain/${name()}/manifests/${digestOf(manifest)}?${tags}`,
      { headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }, body: manifest },
    );
    return status === 201 ? undefined : (headers['ashlar-error'] as Code);
  },
  search: async (length, place) => {
    const query = 's'.repeat(length);
    const api = await lengthCode(place, `/modules?search=${query}`);
    const terraform = await fetch(`${place.server.http}/v1/modules/search?q=${query}`);
    if (terraform.ok !== (api === undefined)) throw new Error('the two lists differ');
    return api;
  },
  searchWords: async (count, place) => {
    const word = place.name();
    const description = Array.from({ length: count }, (_, i) => `${word}w${i}`);
    await publish(place, await packZip(moduleFiles({ 'main.tf': '' })), {
      description: description.join(' '),
    });
    const asked = [...description.slice(0, -1), 'nowhere'].join(' ');
    const { body } = await place.server.api('GET', `/modules?search=${encodeURIComponent(asked)}`);
    return body.modules.length === 0 ? undefined : 'cut';
  },
  addressParameter: async (length, place) => {
    const inQuery = await lengthCode(place, `/module?address=${'a'.repeat(length)}`);
    const replacement = await deprecate(place, { reason: 'old', replacement: 'a'.repeat(length) });
    if (inQuery !== replacement) throw new Error(`${inQuery} in the query, ${replacement} in the body`);
    return inQuery;
  },
  versionParameter: async (length, place) =>
    await lengthCode(place, `/version?ref=${encodeURIComponent('terraform/a/b/c@1.0.0'.padEnd(length))}`),
  reason: async (length, place) => await deprecate(place, { reason: 'r'.repeat(length) }),
  mountSources: async (count, { server, oci, name }) => {
    const scope = name();
    const files = { 'main.tf': `# ${scope}\n` };
    // By name the one whose version can be used comes last.
    for (let i = 0; i < count; i++) {
      const address = `terraform/${scope}/m${String(i).padStart(4, '0')}/x`;
      await publishFiles(server, `${address}@1.0.0`, files);
      if (i === count - 1) break;
      await server.api('POST', `/version/revoke?ref=${address}@1.0.0`, { reason: 'a limit is tried' });
    }
    const { body } = await server.api('GET', `/version?ref=terraform/${scope}/m0000/x@1.0.0`);
    const mounted = await oci.send(
      'POST',
      `/v2/terraform/${scope}/target/x/blobs/uploads/?mount=${body.archive.digest}`,
    );
    return mounted.status === 201 ? undefined : 'cut';
  },
} satisfies Readonly<Record<string, Probe>>;
