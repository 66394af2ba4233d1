import { accept, isNext, type Parser, problem, recover, skipNewline, startOf } from './parser.ts';
import * as token from './token.ts';

/** One of the elements of a list. It takes at least one token or fails. */
type ParseElement<Element> = (parser: Parser) => Element;

const none: readonly never[] = [];
const elementEnds: readonly token.TokenSet[] = Array.from({ length: 64 }, (_, closing) =>
  token.tokenSet(token.newline, closing),
);
const argumentEnds: readonly token.TokenSet[] = Array.from({ length: 64 }, (_, closing) =>
  token.tokenSet(token.newline, token.comma, closing),
);

/** What stands in an array or object, behind its opening bracket: lines, or on one line with commas between. */
export function parseElements<Element>(
  parser: Parser,
  closing: number,
  parseElement: ParseElement<Element>,
): readonly Element[] {
  if (parser.kind === closing) return none;
  skipNewline(parser);
  const elements: Element[] = [];
  while (isInside(parser, closing)) {
    elements.push(parseElement(parser));
    const failed = recover(parser, elementEnds[closing]!);
    if (skipNewline(parser) || !isInside(parser, closing)) continue;
    if (accept(parser, token.comma)) {
      if (parser.kind !== token.newline) continue;
      problem(parser, startOf(parser), startOf(parser), 'Expected no line break after ",".');
      skipNewline(parser);
    } else if (!failed) {
      problem(parser, startOf(parser), startOf(parser), 'Expected a line break or ",".');
    }
  }
  return elements;
}

/** What stands behind the opening parenthesis of a call and the like: commas between, behind which a line may end. */
export function parseArguments<Element>(
  parser: Parser,
  closing: number,
  parseElement: ParseElement<Element>,
): readonly Element[] {
  if (parser.kind === closing) return none;
  skipNewline(parser);
  const elements: Element[] = [];
  // Behind a comma there is another argument, also before the closing parenthesis.
  for (let more = isInside(parser, closing); more;) {
    elements.push(parseElement(parser));
    const failed = recover(parser, argumentEnds[closing]!);
    if (accept(parser, token.comma)) {
      skipNewline(parser);
      more = parser.kind !== token.endOfFile;
      continue;
    }
    if (isNext(parser, token.endOfFile)) break;
    const { at } = parser;
    skipNewline(parser);
    more = isInside(parser, closing);
    if (more && !failed) problem(parser, parser.starts[at]!, parser.starts[at]!, 'Expected ",".');
  }
  return elements;
}

const parenthesesEnds = token.tokenSet(
  token.stringRight,
  token.rightBrace,
  token.rightParen,
  token.rightSquare,
  token.newline,
  token.comma,
);

/** What stands between parentheses that may turn out to be the parameters of a function: lines end anywhere. */
export function parseParenthesesItems<Element>(
  parser: Parser,
  parseElement: ParseElement<Element>,
): readonly Element[] {
  const elements: Element[] = [];
  skipNewline(parser);
  while (parser.kind !== token.rightParen && parser.kind !== token.stopped) {
    elements.push(parseElement(parser));
    recover(parser, parenthesesEnds);
    skipNewline(parser);
    if (!accept(parser, token.comma)) break;
    skipNewline(parser);
  }
  return elements;
}

function isInside({ kind }: Parser, closing: number): boolean {
  return kind !== closing && kind !== token.endOfFile && kind !== token.stopped;
}
