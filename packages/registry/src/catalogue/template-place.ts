import { AshlarError, ashlarError, bicepTemplateFile } from '@ashlar/core';

import type { Registry } from '../registry.ts';

/**
 * Runs what reads a compiled template; where that is no JSON the refusal says in which place.
 * @throws ASH-BICEP-TEMPLATE, and whatever `read` throws
 */
export async function withTemplatePlace<Result>(
  { reader }: Registry,
  { namespace }: { readonly namespace: string },
  template: Uint8Array | undefined,
  read: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const isSyntax =
      error instanceof AshlarError &&
      error.code === 'ASH-BICEP-TEMPLATE' &&
      error.cause instanceof SyntaxError;
    const problem =
      isSyntax && template !== undefined
        ? await reader.locate(template, { kind: 'publisher', namespace })
        : undefined;
    if (problem?.at === undefined) throw error;
    const { line, column } = problem.at;
    const reason = `it is not JSON: ${bicepTemplateFile}, line ${line}, column ${column}: ${problem.message}`;
    throw ashlarError('ASH-BICEP-TEMPLATE', { reason }, { cause: error });
  }
}
