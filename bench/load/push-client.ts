/**
 * Pushes blobs over raw sockets, so that it costs little beside the server; a program of its own, run by `push.ts`.
 *
 *     node push-client.ts '{"host":…,"port":…,"repository":…,"headers":{…},"size":…,"connections":…,"seconds":…}'
 *
 * Each connection sends what docker and oras send: a POST, then a PUT of the whole content to the Location. Contents are
 * distinct: they share a random beginning, whose hash is kept, and end in 32 bytes of their own.
 */
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

import { percentile } from '../measure/statistics.ts';

export interface PushRequest {
  readonly host: string;
  readonly port: number;
  readonly repository: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly size: number;
  readonly connections: number;
  /** No push begins after so many seconds. */
  readonly seconds: number;
}

export interface PushResult {
  readonly pushes: number;
  /** From the first byte to the last answer. */
  readonly seconds: number;
  /** Milliseconds of one push. */
  readonly p50: number;
  readonly p99: number;
  /** Seconds of processor time that the client took. */
  readonly cpuSeconds: number;
  /** Some digests that must be there now. */
  readonly digests: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
}

const tailBytes = 32;

const request = JSON.parse(process.argv[2]!) as PushRequest;
const { host, port, repository, size, connections } = request;
const body = randomBytes(size - tailBytes);
const bodyHash = createHash('sha256').update(body);
const fields = Object.entries({ host: `${host}:${port}`, ...request.headers })
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');
const times: number[] = [];
const digests: string[] = [];

const cpuBefore = process.cpuUsage();
const began = performance.now();
await Promise.all(Array.from({ length: connections }, work));
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({
    pushes: times.length,
    seconds,
    p50: percentile(times, 50),
    p99: percentile(times, 99),
    cpuSeconds: (user + system) / 1e6,
    digests,
  } satisfies PushResult),
);

/** One connection: push after push, until the time is over. */
async function work(): Promise<void> {
  const socket = connect({ host, port, noDelay: true });
  const answers = readAnswers(socket);
  do {
    const begin = performance.now();
    const digest = await push(socket, answers);
    times.push(performance.now() - begin);
    if (digests.length < 3) digests.push(digest);
  } while (performance.now() - began < request.seconds * 1000);
  socket.destroy();
}

async function push(socket: Socket, answers: AsyncIterator<Answer>): Promise<string> {
  const tail = randomBytes(tailBytes);
  const digest = `sha256:${bodyHash.copy().update(tail).digest('hex')}`;
  socket.write(`POST /v2/${repository}/blobs/uploads/ HTTP/1.1\r\n${fields}content-length: 0\r\n\r\n`);
  const { location } = await next(answers, 202);
  const target = new URL(location!, `http://${host}:${port}`);
  target.searchParams.set('digest', digest);
  const line = `PUT ${target.pathname}${target.search} HTTP/1.1\r\n`;
  socket.cork();
  socket.write(`${line}${fields}content-type: application/octet-stream\r\ncontent-length: ${size}\r\n\r\n`);
  socket.write(body);
  socket.write(tail);
  socket.uncork();
  await next(answers, 201);
  return digest;
}

async function next(answers: AsyncIterator<Answer>, status: number): Promise<Answer> {
  const { value, done } = await answers.next();
  if (done) throw new Error('the server ended the connection');
  if (value.status !== status) throw new Error(`the server answered ${value.status} instead of ${status}`);
  return value;
}

/** The answers of a connection. All that we ask for have no body. */
async function* readAnswers(socket: Socket): AsyncGenerator<Answer> {
  let text = '';
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const header = text.slice(0, end);
      text = text.slice(end + 4);
      if (!/^content-length: 0$/im.test(header)) throw new Error(`an answer has a body:\n${header}\n${text}`);
      yield {
        status: Number(header.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)),
        location: /^location: (\S+)/im.exec(header)?.[1],
      };
    }
  }
}
