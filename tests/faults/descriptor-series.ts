import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { blobOperations } from './operation/blob.ts';
import type { Change } from './operation/operation.ts';
import { versionOperations } from './operation/version.ts';
import type { Series } from './series.ts';
import { isAlive, type Server, serveCommand, serveWith } from './server.ts';
import { untilReady } from './until-ready.ts';
import { Violation } from './violation.ts';

const few = 64;

/** F-06: there are no file descriptors left, because clients hold them all; later they let go. */
export const descriptorSeries: Series = {
  fault: 'F-06',
  place: `ulimit -n ${few}`,
  what: 'every way to write',
  places: 2,
  async run(bench) {
    await bench.stop();
    const limited = ['sh', '-c', `ulimit -n ${few}; exec "$@"`, 'sh', ...serveCommand];
    const server = await serveWith(limited, bench.data, {});
    try {
      const operations = [blobOperations[0]!, versionOperations[1]!];
      const changes = operations.map((operation) => operation.make(bench.random));
      await withoutDescriptors(server, changes);
      await untilReady(server.client.url);
      for (const change of changes) {
        await change.run(server);
        if ((await change.observe(server)) === 'before') throw new Violation('acknowledged and not there');
      }
      if (!isAlive(server.pid)) throw new Violation('the server ended');
    } finally {
      await server.kill();
    }
    return true;
  },
};

/** What is tried meanwhile may fail, or wait; what is acknowledged is there. */
async function withoutDescriptors(server: Server, changes: readonly Change[]): Promise<void> {
  const { hostname, port } = new URL(server.client.url);
  const sockets: Socket[] = [];
  for (let i = 0; i < few; i++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    await once(socket, 'connect');
    sockets.push(socket);
  }
  const tries = changes.map(
    async (change) =>
      await change.run(server).then(
        () => change,
        () => undefined,
      ),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const socket of sockets) socket.destroy();
  for (const change of await Promise.all(tries)) {
    if (change !== undefined && (await change.observe(server)) === 'before')
      throw new Violation('acknowledged without descriptors, and lost');
  }
}
