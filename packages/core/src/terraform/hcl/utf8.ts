import type { SyntaxProblem } from '../../syntax/index.ts';

/** Half of a surrogate pair: what readers of files put where bytes are no UTF-8, the only encoding that Terraform takes. */
export function notUtf8In(text: string): SyntaxProblem | undefined {
  if (text.isWellFormed()) return undefined;
  const start = text.search(/\p{Surrogate}/u);
  return { start, end: start + 1, message: 'this is not UTF-8' };
}
