import type { ServerResponse } from 'node:http';

/** Keeps what waits for clients to read it within a limit, over all listeners together. */
export interface UnreadLimit {
  guard(response: ServerResponse): void;
}

/**
 * What is not streamed lies in memory until its client has read it, and a client may take all the time that it wants. When
 * all of that together is more than `most` bytes, the answer that waits for longest ends with its connection.
 */
export function limitUnread(most: number, onEnded: () => void): UnreadLimit {
  /** Bytes of each answer, in the order in which they were given. */
  const waiting = new Map<ServerResponse, number>();
  let total = 0;

  function forget(response: ServerResponse): void {
    total -= waiting.get(response) ?? 0;
    waiting.delete(response);
  }

  return {
    guard(response) {
      // All of it is handed over then; what the system took at once does not wait.
      response.once('prefinish', () => {
        const bytes = response.socket?.writableLength ?? 0;
        if (bytes === 0) return;
        waiting.set(response, bytes);
        total += bytes;
        response.once('close', () => forget(response));
        for (const longest of waiting.keys()) {
          if (total <= most) break;
          onEnded();
          forget(longest);
          longest.socket?.destroy();
        }
      });
    },
  };
}
