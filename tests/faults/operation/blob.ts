import type { CrashPoint } from '@ashlar/registry/gateway/crash-point';

import { type Client, expectStatus } from '../client.ts';
import { blobOutcome, digestOf } from '../content.ts';
import { Violation } from '../violation.ts';
import type { Operation, Random } from './operation.ts';

/** From a staging file to a name in a folder that is new to the process. */
const storing: readonly CrashPoint[] = ['blob.folder-made', 'blob.synced', 'blob.renamed', 'blob.named'];
const finishing: readonly CrashPoint[] = ['blob.hashed', 'blob.accepted', ...storing];

export async function pushBlob(client: Client, repository: string, bytes: Buffer): Promise<string> {
  const digest = digestOf(bytes);
  const path = `/v2/${repository}/blobs/uploads/?digest=${digest}`;
  expectStatus('a blob', await client.send('POST', path, { bytes }), 201);
  return digest;
}

async function startUpload(client: Client, repository: string): Promise<string> {
  const answer = expectStatus(
    'an upload',
    await client.send('POST', `/v2/${repository}/blobs/uploads/`),
    202,
  );
  return answer.headers.location!;
}

async function sendChunk(client: Client, location: string, bytes: Buffer): Promise<string> {
  return expectStatus('a chunk', await client.send('PATCH', location, { bytes }), 202).headers.location!;
}

async function finish(client: Client, location: string, digest: string): Promise<void> {
  expectStatus('the end of an upload', await client.send('PUT', `${location}?digest=${digest}`), 201);
}

function someBlob(random: Random) {
  const bytes = random.bytes(1 + random.below(2_500_000));
  return { repository: `plain/${random.name()}`, bytes, digest: digestOf(bytes) };
}

const monolithic: Operation = {
  name: 'upload in one request',
  points: ['blob.created', 'blob.written', ...finishing],
  commands: ['addBlob'],
  make(random) {
    const { repository, bytes, digest } = someBlob(random);
    return {
      run: async ({ client }) => void (await pushBlob(client, repository, bytes)),
      observe: async ({ client }) => await blobOutcome(client, repository, digest),
    };
  },
};

const chunked: Operation = {
  name: 'upload in chunks',
  points: ['blob.created', 'blob.written', ...finishing],
  commands: ['addBlob'],
  make(random) {
    const { repository, bytes, digest } = someBlob(random);
    const middle = random.below(bytes.length);
    return {
      async run({ client }) {
        let location = await startUpload(client, repository);
        for (const chunk of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
          if (chunk.length > 0) location = await sendChunk(client, location, chunk);
        }
        await finish(client, location, digest);
      },
      observe: async ({ client }) => await blobOutcome(client, repository, digest),
    };
  },
};

const resumed: Operation = {
  name: 'upload that goes on where it was',
  points: ['blob.written', ...finishing],
  commands: ['addBlob'],
  make(random) {
    const { repository, bytes, digest } = someBlob(random);
    const middle = 1 + random.below(bytes.length);
    let location = '';
    return {
      async prepare({ client }) {
        location = await sendChunk(client, await startUpload(client, repository), bytes.subarray(0, middle));
      },
      async run({ client }) {
        const answer = await client.send('GET', location);
        // Gone only when it became the blob.
        if (answer.status === 404 && (await blobOutcome(client, repository, digest)) === 'after') return;
        // Whoever was told of an error may have to begin anew.
        if (answer.status === 404) return void (await pushBlob(client, repository, bytes));
        const held =
          Number(/^0-(\d+)$/.exec(String(expectStatus('progress', answer, 204).headers['range']))?.[1]) + 1;
        if (!(held >= middle && held <= bytes.length))
          throw new Violation(
            `an upload says that it holds ${held} bytes, of which ${middle} were acknowledged`,
          );
        location = answer.headers.location!;
        if (held < bytes.length) location = await sendChunk(client, location, bytes.subarray(held));
        await finish(client, location, digest);
      },
      observe: async ({ client }) => await blobOutcome(client, repository, digest),
    };
  },
};

const twin: Operation = {
  name: 'upload of what another repository has',
  points: ['blob.created', 'blob.written', 'blob.hashed', 'blob.accepted', 'blob.twin-found'],
  commands: ['addBlob'],
  make(random) {
    const { repository, bytes, digest } = someBlob(random);
    return {
      prepare: async ({ client }) => void (await pushBlob(client, `${repository}-first`, bytes)),
      run: async ({ client }) => void (await pushBlob(client, repository, bytes)),
      observe: async ({ client }) => await blobOutcome(client, repository, digest),
    };
  },
};

const mount: Operation = {
  name: 'mount',
  points: [],
  commands: ['addBlob'],
  make(random) {
    const { repository, bytes, digest } = someBlob(random);
    const from = `${repository}-first`;
    const path = `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${encodeURIComponent(from)}`;
    return {
      prepare: async ({ client }) => void (await pushBlob(client, from, bytes)),
      run: async ({ client }) => void expectStatus('a mount', await client.send('POST', path), 201),
      observe: async ({ client }) => await blobOutcome(client, repository, digest),
    };
  },
};

const cancelled: Operation = {
  name: 'upload that is given up',
  points: ['blob.discarded'],
  commands: [],
  make(random) {
    const { repository, bytes } = someBlob(random);
    let location = '';
    return {
      async prepare({ client }) {
        location = await sendChunk(client, await startUpload(client, repository), bytes);
      },
      run: async ({ client }) =>
        void expectStatus('giving up', await client.send('DELETE', location), 204, 404),
      observe: async ({ client }) =>
        (await client.send('GET', location)).status === 404 ? 'after' : 'before',
    };
  },
};

const deleted: Operation = {
  name: 'deletion of a blob',
  points: [],
  commands: ['deleteBlob'],
  make(random) {
    const { repository, bytes, digest } = someBlob(random);
    const path = `/v2/${repository}/blobs/${digest}`;
    return {
      prepare: async ({ client }) => void (await pushBlob(client, repository, bytes)),
      run: async ({ client }) => void expectStatus('a deletion', await client.send('DELETE', path), 202, 404),
      observe: async ({ client }) =>
        (await blobOutcome(client, repository, digest)) === 'after' ? 'before' : 'after',
    };
  },
};

/** More than a bucket takes in one request. */
export const uploadInParts: Operation = {
  name: 'upload in parts',
  points: ['blob.written', 'blob.hashed', 'blob.accepted', 'object.part-sent', 'object.stored'],
  commands: ['addBlob'],
  make(random) {
    const repository = `plain/${random.name()}`;
    const bytes = random.bytes(9_000_000);
    return {
      run: async ({ client }) => void (await pushBlob(client, repository, bytes)),
      observe: async ({ client }) => await blobOutcome(client, repository, digestOf(bytes)),
    };
  },
};

export const blobOperations = [monolithic, chunked, resumed, twin, mount, cancelled, deleted];
