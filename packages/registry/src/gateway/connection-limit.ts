import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Keeps the number of connections of all listeners together within a limit. */
export interface ConnectionLimit {
  guard(server: Server): void;
  /** A connection is in use until its answer is out. */
  use(request: IncomingMessage, response: ServerResponse): void;
}

/** Files that the server itself holds open: databases, log, listeners, and those of a command in between. */
const ownFiles = 40;
const mostConnections = 10_000;
const mostIdleFiles = 64;

/** How many connections fit a limit of open files: each may read or write one file. */
export function connectionsFor(openFiles: number | undefined): number {
  if (openFiles === undefined) return mostConnections;
  const free = openFiles - ownFiles - idleFilesFor(openFiles);
  return Math.min(Math.max(Math.floor(free / 2), 4), mostConnections);
}

/** How many files may stay open for requests that are yet to come. */
export function idleFilesFor(openFiles: number | undefined): number {
  if (openFiles === undefined) return mostIdleFiles;
  return Math.min(Math.floor(openFiles / 16), mostIdleFiles);
}

/**
 * When there are as many as may be, the one that has been idle for longest ends for a new one, so that connections which
 * ask for nothing lock nobody out; when none is idle, the new one ends. Without a limit the system would run out of
 * descriptors, and those who are being served could not go on.
 */
export function limitConnections(most: number, onRefused: () => void): ConnectionLimit {
  /** By address of the other side: TLS puts another socket in front, which has the same. */
  const open = new Map<string, Socket>();
  /** Names of those that wait for a request, by the time since when. */
  const idle = new Set<string>();

  function makeRoom(): boolean {
    const [longest] = idle;
    if (longest === undefined) return false;
    idle.delete(longest);
    open.get(longest)?.destroy();
    open.delete(longest);
    return true;
  }

  return {
    guard(server) {
      server.on('connection', (socket: Socket) => {
        if (open.size >= most) {
          onRefused();
          if (!makeRoom()) {
            socket.destroy();
            return;
          }
        }
        const name = nameOf(socket);
        open.set(name, socket);
        idle.add(name);
        socket.once('close', () => {
          // A new connection may have the address by now.
          if (open.get(name) !== socket) return;
          open.delete(name);
          idle.delete(name);
        });
      });
    },
    use({ socket }, response) {
      const name = nameOf(socket);
      idle.delete(name);
      response.once('close', () => {
        if (open.has(name)) idle.add(name);
      });
    },
  };
}

function nameOf({ remoteAddress, remotePort, localPort }: Socket): string {
  return `${remoteAddress}:${remotePort} ${localPort}`;
}
