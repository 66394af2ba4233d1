import { closeBracket, dot, isDigit, openBracket, star } from './character.ts';
import type { Expression, Step } from './node.ts';
import { parseNumber } from './number.ts';
import {
  complain,
  fail,
  failHere,
  missing,
  peek,
  type Scanner,
  takeClose,
  takeIdentifier,
} from './scanner.ts';

/** The steps behind a term, if there are any. */
export function parseTraversal(scanner: Scanner, source: Expression): Expression {
  let steps: Step[] | undefined;
  // Behind `.*`, where only attributes are allowed.
  let splat = false;
  while (!scanner.broken) {
    const code = peek(scanner);
    let step: Step | undefined;
    if (code === dot)
      step = scanner.text.startsWith('...', scanner.at) ? undefined : parseDot(scanner, splat);
    else if (code === openBracket) step = parseBracket(scanner);
    if (step === undefined) break;
    splat = code === dot && (splat || step.kind === 'splat');
    if (steps === undefined) steps = [step];
    else steps.push(step);
  }
  if (steps === undefined) return source;
  return { kind: 'traversal', start: source.start, end: steps.at(-1)!.end, source, steps };
}

/** `.name`, `.0` or `.*` */
function parseDot(scanner: Scanner, splat: boolean): Step | undefined {
  const start = scanner.at++;
  const code = peek(scanner);
  if (code === star) {
    if (splat) fail(scanner, scanner.at, scanner.at + 1, 'there can be no other splat behind ".*"');
    return { kind: 'splat', start, end: ++scanner.at, full: false };
  }
  if (isDigit(code)) return parseLegacyIndex(scanner, start);
  const identifier = takeIdentifier(scanner);
  if (identifier === undefined) {
    failHere(scanner, 'expected the name of an attribute behind "."');
    return undefined;
  }
  return { kind: 'access', start, end: identifier.end, name: identifier.name };
}

function parseLegacyIndex(scanner: Scanner, start: number): Step {
  const key = parseNumber(scanner);
  if (key.text.includes('.'))
    complain(scanner, start, key.end, `write such indexes in brackets: [${key.text.split('.').join('][')}]`);
  return { kind: 'index', start, end: key.end, key, legacy: true };
}

/** `[key]` or `[*]` */
function parseBracket(scanner: Scanner): Step {
  const start = scanner.at++;
  if (peek(scanner) === star) {
    scanner.at++;
    takeClose(scanner, start, closeBracket);
    return { kind: 'splat', start, end: scanner.at, full: true };
  }
  const { newlines } = scanner;
  // A line break before the key is one before a star too, which HCL does not take.
  scanner.newlines = false;
  const key = scanner.broken ? missing(scanner) : scanner.expression(scanner);
  takeClose(scanner, start, closeBracket);
  scanner.newlines = newlines;
  return { kind: 'index', start, end: scanner.at, key, legacy: false };
}
