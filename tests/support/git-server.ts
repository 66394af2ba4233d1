import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface GitServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, with the repositories of the folder below it. */
  readonly url: string;
  /** Paths and queries that were asked for. */
  readonly asked: readonly string[];
}

/** Git's own server (`git http-backend`, a CGI program) over the repositories in a folder, read-only. */
export async function startGitServer(folder: string): Promise<GitServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const [path, query = ''] = request.url!.split('?', 2) as [string, string?];
    asked.push(request.url!);
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: path,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'],
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
        GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(child.stdin);
    void buffer(child.stdout).then((output) => {
      const end = output.indexOf('\r\n\r\n');
      const headers = output
        .toString('latin1', 0, end)
        .split('\r\n')
        .map((line) => line.split(/: /, 2) as [string, string]);
      const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
      response
        .writeHead(Number.parseInt(status, 10), Object.fromEntries(headers))
        .end(output.subarray(end + 4));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => void server.close(() => done()));
    },
  };
}
