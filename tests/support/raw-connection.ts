import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface RawAnswer {
  readonly status: number;
  /** Status line and header fields, as they came. */
  readonly head: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A connection on which a test writes what it likes; nothing is retried, escaped or hidden. */
export interface RawConnection {
  /** Resolves when the system has taken all bytes. @throws when the other side ended the connection */
  write(bytes: string | Uint8Array): Promise<void>;
  /** The next answer. @throws when the connection ends before it is whole */
  answer(): Promise<RawAnswer>;
  /** Whether the other side has ended the connection, looked at once it had time to do so. */
  isClosed(within?: number): Promise<boolean>;
  /** All bytes that are there and that no answer has taken. */
  rest(): string;
  close(): void;
}

/** Connects to the listener of a URL; over TLS with the CA that signed its certificate. */
export async function openConnection(url: string, ca?: string): Promise<RawConnection> {
  const { hostname, port, protocol } = new URL(url);
  const isTls = protocol === 'https:';
  const socket: Socket = isTls
    ? connectTls({ host: hostname, port: Number(port), ca })
    : connect({ host: hostname, port: Number(port) });
  let received = Buffer.alloc(0);
  let failure: Error | undefined;
  let isOver = false;
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => {
    isOver = true;
  });
  socket.on('end', () => {
    isOver = true;
  });
  await once(socket, isTls ? 'secureConnect' : 'connect');

  return {
    async write(bytes) {
      await new Promise<void>((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    },
    async answer() {
      for (;;) {
        const parsed = parseAnswer(received);
        if (parsed !== undefined) {
          received = received.subarray(parsed.length);
          return parsed.answer;
        }
        if (isOver) throw failure ?? new Error(`the connection ended after: ${received.toString()}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async isClosed(within = 1_000) {
      for (let waited = 0; waited < within && !isOver; waited += 10) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return isOver;
    },
    rest: () => received.toString(),
    close: () => void socket.destroy(),
  };
}

function parseAnswer(bytes: Buffer): { answer: RawAnswer; length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.subarray(0, end).toString('latin1');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = new Map(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  const status = Number(line.split(' ')[1]);
  const body = bodyOf(bytes.subarray(end + 4), status, headers);
  return body && { answer: { status, head, headers, body: body.text }, length: end + 4 + body.length };
}

function bodyOf(bytes: Buffer, status: number, headers: ReadonlyMap<string, string>) {
  if (headers.get('transfer-encoding') === 'chunked') return chunkedBody(bytes);
  const length =
    status < 200 || status === 204 || status === 304 ? 0 : Number(headers.get('content-length') ?? 0);
  return bytes.length < length ? undefined : { text: bytes.subarray(0, length).toString(), length };
}

function chunkedBody(bytes: Buffer): { text: string; length: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, line).toString(), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { text: Buffer.concat(chunks).toString(), length: next };
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}
