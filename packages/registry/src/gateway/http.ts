/** The only door to the network as a client. */

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds until the request is given up; 10,000 unless told. */
  readonly timeout?: number;
  /** Extra certificate authorities in PEM, for servers with a private CA. */
  readonly ca?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** The largest answer that is read; everything that Ashlar fetches this way is a small document. */
const maxBody = 16 * 1024 * 1024;

/** Sends one request and reads the whole answer. Redirects are not followed. Rejects when no answer comes. */
export async function httpRequest(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
  const { default: http } = await import('node:http');
  const { default: https } = await import('node:https');
  const target = new URL(url);
  const client = target.protocol === 'https:' ? https : http;
  return await new Promise<HttpResponse>((resolve, reject) => {
    const outgoing = client.request(target, {
      method: request.method ?? 'GET',
      headers: { 'user-agent': 'ashlar', ...request.headers },
      timeout: request.timeout ?? 10_000,
      ...(request.ca === undefined ? {} : { ca: request.ca }),
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBody) incoming.destroy(new Error(`the answer is larger than ${maxBody} bytes`));
        else chunks.push(chunk);
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        const headers = new Headers();
        for (const [name, value] of Object.entries(incoming.headersDistinct)) {
          for (const item of value ?? []) headers.append(name, item);
        }
        resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.end(request.body);
  });
}
