/** The kinds of tokens: each a constant of its own, which the runtime writes into the code that compares with it. */
export const endOfFile = 0;
/** Takes the place of the kind of the current token after a problem, so that nothing fits until the parser recovers. */
export const stopped = 1;
/** One or more line breaks, with all white space and comments between them. */
export const newline = 2;
export const unrecognized = 3;
export const identifier = 4;
export const integer = 5;
export const trueWord = 6;
export const falseWord = 7;
export const nullWord = 8;
/** A string without interpolation, or the parts before the first, between two, and behind the last hole of one. */
export const stringWhole = 9;
export const stringLeft = 10;
export const stringMiddle = 11;
export const stringRight = 12;
export const leftBrace = 13;
export const rightBrace = 14;
export const leftParen = 15;
export const rightParen = 16;
export const leftSquare = 17;
export const rightSquare = 18;
export const at = 19;
export const comma = 20;
export const dot = 21;
export const ellipsis = 22;
export const question = 23;
export const doubleQuestion = 24;
export const colon = 25;
export const doubleColon = 26;
export const assignment = 27;
export const arrow = 28;
export const plus = 29;
export const minus = 30;
export const percent = 31;
export const asterisk = 32;
export const slash = 33;
export const hat = 34;
export const exclamation = 35;
export const pipe = 36;
export const less = 37;
export const lessOrEqual = 38;
export const greater = 39;
export const greaterOrEqual = 40;
export const equal = 41;
export const notEqual = 42;
export const equalInsensitive = 43;
export const notEqualInsensitive = 44;
export const logicalAnd = 45;
export const logicalOr = 46;

const kinds = 47;

/** A set of kinds; asked as `set[kind] === 1`. */
export type TokenSet = Uint8Array;

export function tokenSet(...members: readonly number[]): TokenSet {
  const set = new Uint8Array(kinds);
  for (const member of members) set[member] = 1;
  return set;
}

/** How tight a binary operator binds; 0 for every other token. */
export const precedence = new Uint8Array(kinds);
for (const [kind, value] of [
  [percent, 7],
  [asterisk, 7],
  [slash, 7],
  [plus, 6],
  [minus, 6],
  [greater, 5],
  [greaterOrEqual, 5],
  [less, 5],
  [lessOrEqual, 5],
  [equal, 4],
  [notEqual, 4],
  [equalInsensitive, 4],
  [notEqualInsensitive, 4],
  [logicalAnd, 3],
  [logicalOr, 2],
  [doubleQuestion, 1],
] as const) {
  precedence[kind] = value;
}
