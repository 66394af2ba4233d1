import { type AshlarError, ashlarError, limits } from '@ashlar/core';

import type { PlainAnswer } from '../gateway/http.ts';

/**
 * The answer to bytes that Node could not read as a request: there is no request then, so no protocol whose shape it
 * could have. `code` is that of Node's error.
 */
export function malformedAnswer(code: string): PlainAnswer {
  const { error, status } = problemOf(code);
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'ashlar-error': error.code },
    body: JSON.stringify({ code: error.code, message: error.message }),
  };
}

function problemOf(code: string): { error: AshlarError; status: number } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': {
      const error = ashlarError('ASH-HEADER-SIZE', { limit: limits.headers.value });
      return { error, status: error.status };
    }
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { error: invalid('it has too many chunk extensions'), status: 413 };
    case 'ERR_EXPECTATION':
      return { error: invalid('nothing but Expect: 100-continue is possible'), status: 417 };
    case 'ASHLAR_TWO_HOSTS':
      return { error: invalid('it names two hosts'), status: 400 };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { error: invalid('it did not arrive in time'), status: 408 };
    default:
      return { error: invalid('it is not HTTP/1.1'), status: 400 };
  }
}

function invalid(reason: string): AshlarError {
  return ashlarError('ASH-REQUEST-INVALID', { reason });
}
