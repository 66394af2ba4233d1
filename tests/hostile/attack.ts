import { setTimeout as sleep } from 'node:timers/promises';

import { openConnection } from '../support/raw-connection.ts';
import type { HostileCase, HostileRequest } from './hostile-case.ts';
import type { HostileServer, Usage } from './hostile-server.ts';

export interface Outcome {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly code: string | undefined;
  /** Until the answer was there, on a machine that may be busy with other things. */
  readonly milliseconds: number;
  /** Undefined where it cannot be measured. */
  readonly usage: Usage | undefined;
}

/** Sends one case over a connection of its own; nothing on the way makes it harmless. */
export async function attack(server: HostileServer, { send }: HostileCase): Promise<Outcome> {
  const bytes = wireBytes(server, send());
  const usage = server.watch();
  const begin = performance.now();
  const connection = await openConnection(server.url);
  try {
    // A server that has seen enough ends the connection; what counts is its answer.
    void connection.write(bytes).catch(() => {});
    const answer = await Promise.race([connection.answer(), sleep(20_000, undefined, { ref: false })]).catch(
      () => undefined,
    );
    return {
      status: answer?.status ?? 0,
      code: answer?.headers.get('ashlar-error'),
      milliseconds: performance.now() - begin,
      usage: usage(),
    };
  } finally {
    connection.close();
  }
}

function wireBytes(server: HostileServer, request: HostileRequest | string | Buffer): Buffer {
  if (typeof request === 'string') return Buffer.from(request, 'latin1');
  if (Buffer.isBuffer(request)) return request;
  const { method = 'GET', target, headers = [], anonymous = false } = request;
  const given = (name: string) => headers.some(([field]) => field.toLowerCase() === name);
  const { fields, body } = framed(request, method);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(given('host') ? [] : ['Host: registry.example']),
    ...(anonymous || given('authorization') ? [] : [`Authorization: Bearer ${server.admin}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(given('content-length') || given('transfer-encoding') ? [] : fields),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

function framed({ body, framing = 'length' }: HostileRequest, method: string) {
  const bytes = Buffer.from(body ?? '');
  if (framing === 'none') return { fields: [], body: bytes };
  if (framing === 'chunked') {
    const size = bytes.length.toString(16);
    const chunk = bytes.length === 0 ? [] : [Buffer.from(`${size}\r\n`), bytes, Buffer.from('\r\n')];
    return {
      fields: ['Transfer-Encoding: chunked'],
      body: Buffer.concat([...chunk, Buffer.from('0\r\n\r\n')]),
    };
  }
  const hasBody = body !== undefined || !['GET', 'DELETE'].includes(method);
  return { fields: hasBody ? [`Content-Length: ${bytes.length}`] : [], body: bytes };
}
