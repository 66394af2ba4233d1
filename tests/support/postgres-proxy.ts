import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * What happens to a statement on its way: it passes; the connection breaks before it arrives, or after it was done and
 * before the answer; only the client learns that the connection broke; or a code of PostgreSQL answers instead.
 */
export type Fate = 'pass' | 'cut before' | 'cut answer' | 'half open' | { readonly code: string };

/** Stands between a client and PostgreSQL, reads the statements that pass, and does to them what a test wants. */
export interface PostgresProxy {
  readonly port: number;
  /** Asked for every statement. */
  decide(fate: (statement: string) => Fate): void;
  /** Breaks all connections. */
  cut(): void;
  close(): Promise<void>;
}

export async function startPostgresProxy(target: number): Promise<PostgresProxy> {
  let fateOf: (statement: string) => Fate = () => 'pass';
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    return socket;
  };
  const server = createServer((client) => {
    join(keep(client), keep(connect({ host: '127.0.0.1', port: target })), (statement) => fateOf(statement));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    decide: (next) => void (fateOf = next),
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

function join(client: Socket, server: Socket, fateOf: (statement: string) => Fate): void {
  let isMute = false;
  let isHalfOpen = false;
  const endBoth = () => {
    client.destroy();
    server.destroy();
  };
  const pass = statements(({ bytes, text }) => {
    const fate = text === undefined ? 'pass' : fateOf(text);
    if (fate === 'cut before') return endBoth();
    if (fate === 'half open') {
      isHalfOpen = true;
      client.destroy();
      return;
    }
    if (typeof fate === 'object') return void client.write(refusal(fate.code));
    isMute = fate === 'cut answer';
    server.write(bytes);
  });
  client.on('data', pass);
  server.on('data', (chunk) => {
    if (isMute) endBoth();
    else if (!client.destroyed) client.write(chunk);
  });
  client.on('close', () => isHalfOpen || server.destroy());
  server.on('close', () => client.destroy());
}

interface Part {
  readonly bytes: Buffer;
  /** Absent when it is no statement. */
  readonly text: string | undefined;
}

/**
 * Cuts a stream of the client into statements (https://www.postgresql.org/docs/current/protocol-message-formats.html):
 * a `Query`, or everything from `Parse` to `Sync`.
 */
function statements(give: (part: Part) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let hasBegun = false;
  let group: Buffer[] = [];
  let text: string | undefined;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      // The first message has no letter.
      const start = hasBegun ? 1 : 0;
      if (rest.length < start + 4) return;
      const length = start + rest.readUInt32BE(start);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      const type = hasBegun ? String.fromCharCode(message[0]!) : 'startup';
      hasBegun = true;
      group.push(message);
      if (type === 'Q') text = message.toString('utf8', 5, message.length - 1);
      if (type === 'P') text = message.toString('utf8', message.indexOf(0, 5) + 1).split('\0', 1)[0];
      if ('PBDEC'.includes(type)) continue;
      give({ bytes: Buffer.concat(group), text });
      group = [];
      text = undefined;
    }
  };
}

/** `ErrorResponse` and `ReadyForQuery` of a failed transaction. */
function refusal(code: string): Buffer {
  const fields = Buffer.from(`SERROR\0VERROR\0C${code}\0Minjected\0\0`);
  const head = Buffer.from('E\0\0\0\0', 'latin1');
  head.writeUInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields, Buffer.from('Z\0\0\0\x05E', 'latin1')]);
}
