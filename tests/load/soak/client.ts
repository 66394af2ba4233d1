import { createHash } from 'node:crypto';
import type { Agent } from 'node:http';

import { http, type HttpAnswer } from '../http.ts';

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | object;
  /** Statuses that are right; 200 unless told. */
  readonly expect?: readonly number[];
}

export type Client = (method: string, path: string, call?: Call) => Promise<HttpAnswer>;

/** A client that fails loudly: an answer with another status than those that are right is an error. */
export function clientOf(url: string, agent: Agent, authorization?: string): Client {
  return async (method, path, { headers = {}, body, expect = [200] } = {}) => {
    const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
    const answer = await http(url + path, {
      method,
      agent,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : body }),
    });
    if (expect.includes(answer.status)) return answer;
    const text = answer.body.toString().slice(0, 200);
    throw new Error(`${method} ${path.slice(0, 80)}: ${answer.status} ${text}`);
  };
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)} instead of ${String(expected)}`);
}
