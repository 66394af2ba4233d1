import {
  ampersand,
  bar,
  colon,
  equals,
  exclamation,
  greater,
  isDigit,
  less,
  minus,
  openBrace,
  openBracket,
  openParenthesis,
  percent,
  plus,
  question,
  quote,
  slash,
  star,
} from './character.ts';
import { parseCall, parseObject, parseParentheses, parseTuple } from './collection.ts';
import type { BinaryOperator, Expression } from './node.ts';
import { parseNumber } from './number.ts';
import { enter, failHere, leave, missing, peek, reach, type Scanner, takeIdentifier } from './scanner.ts';
import { parseHeredoc, parseQuoted } from './template.ts';
import { parseTraversal } from './traversal.ts';

export function parseExpression(scanner: Scanner): Expression {
  let expression: Expression;
  if (enter(scanner)) {
    expression = parseBinary(scanner, 1);
    if (!scanner.broken && peek(scanner) === question) expression = finishConditional(scanner, expression);
  } else expression = missing(scanner);
  leave(scanner);
  return expression;
}

function finishConditional(scanner: Scanner, condition: Expression): Expression {
  scanner.at++;
  const whenTrue = parseExpression(scanner);
  if (!scanner.broken && peek(scanner) === colon) scanner.at++;
  else failHere(scanner, 'expected ":" and what the value is otherwise');
  const whenFalse = scanner.broken ? missing(scanner) : parseExpression(scanner);
  return {
    kind: 'conditional',
    start: condition.start,
    end: whenFalse.end,
    condition,
    whenTrue,
    whenFalse,
  };
}

interface Operator {
  readonly symbol: BinaryOperator;
  /** How tightly it binds. */
  readonly level: number;
}
const operator = (symbol: BinaryOperator, level: number): Operator => ({ symbol, level });
const or = operator('||', 1);
const and = operator('&&', 2);
const isEqual = operator('==', 3);
const isNotEqual = operator('!=', 3);
const isLess = operator('<', 4);
const isLessOrEqual = operator('<=', 4);
const isGreater = operator('>', 4);
const isGreaterOrEqual = operator('>=', 4);
const add = operator('+', 5);
const subtract = operator('-', 5);
const multiply = operator('*', 6);
const divide = operator('/', 6);
const remainder = operator('%', 6);

function operatorHere(scanner: Scanner): Operator | undefined {
  const code = peek(scanner);
  const next = scanner.text.charCodeAt(scanner.at + 1);
  switch (code) {
    case bar:
      return next === bar ? or : undefined;
    case ampersand:
      return next === ampersand ? and : undefined;
    case equals:
      return next === equals ? isEqual : undefined;
    case exclamation:
      return next === equals ? isNotEqual : undefined;
    case less:
      return next === equals ? isLessOrEqual : isLess;
    case greater:
      return next === equals ? isGreaterOrEqual : isGreater;
    case plus:
      return add;
    case minus:
      return subtract;
    case star:
      return multiply;
    case slash:
      return divide;
    case percent:
      return remainder;
    default:
      return undefined;
  }
}

/** Operators of this level and above. */
function parseBinary(scanner: Scanner, least: number): Expression {
  const outside = scanner.deepest;
  scanner.deepest = scanner.depth;
  let left = parseOperand(scanner);
  while (!scanner.broken) {
    const found = operatorHere(scanner);
    if (found === undefined || found.level < least) break;
    scanner.at += found.symbol.length;
    const right = parseBinary(scanner, found.level + 1);
    left = { kind: 'binary', start: left.start, end: right.end, left, operator: found.symbol, right };
    reach(scanner, scanner.deepest + 1);
  }
  if (outside > scanner.deepest) scanner.deepest = outside;
  return left;
}

/** A term with the steps behind it. */
function parseOperand(scanner: Scanner): Expression {
  const code = peek(scanner);
  if (code === minus || code === exclamation) return parseUnary(scanner, code === minus ? '-' : '!');
  const term = parseTerm(scanner, code);
  return scanner.broken ? term : parseTraversal(scanner, term);
}

function parseUnary(scanner: Scanner, sign: '-' | '!'): Expression {
  const start = scanner.at++;
  const operand = enter(scanner) ? parseOperand(scanner) : missing(scanner);
  leave(scanner);
  return { kind: 'unary', start, end: operand.end, operator: sign, operand };
}

function parseTerm(scanner: Scanner, code: number): Expression {
  switch (code) {
    case quote:
      return parseQuoted(scanner);
    case openBracket:
      return parseTuple(scanner);
    case openBrace:
      return parseObject(scanner);
    case openParenthesis:
      return parseParentheses(scanner);
    case less:
      return parseHeredoc(scanner);
    default:
      return isDigit(code) ? parseNumber(scanner) : parseNamed(scanner);
  }
}

/** A variable, a function with its arguments, or one of the three values that have a name. */
function parseNamed(scanner: Scanner): Expression {
  const identifier = takeIdentifier(scanner);
  if (identifier === undefined) {
    failHere(scanner, 'expected an expression');
    return missing(scanner);
  }
  const { start, end, name } = identifier;
  const next = peek(scanner);
  if (next === openParenthesis) return parseCall(scanner, start, name);
  if (next === colon && scanner.text.charCodeAt(scanner.at + 1) === colon)
    return parseNamespaced(scanner, start, name);
  if (name === 'true' || name === 'false') return { kind: 'boolean', start, end, value: name === 'true' };
  if (name === 'null') return { kind: 'null', start, end };
  return { kind: 'variable', start, end, name };
}

/** `namespace::name(…)` */
function parseNamespaced(scanner: Scanner, start: number, namespace: string): Expression {
  let name = namespace;
  while (peek(scanner) === colon && scanner.text.charCodeAt(scanner.at + 1) === colon) {
    scanner.at += 2;
    peek(scanner);
    const next = takeIdentifier(scanner);
    if (next === undefined) {
      failHere(scanner, 'expected the name of a function behind "::"');
      return { kind: 'variable', start, end: scanner.at, name };
    }
    name += `::${next.name}`;
  }
  if (peek(scanner) === openParenthesis) return parseCall(scanner, start, name);
  failHere(scanner, `expected the arguments of ${name} in parentheses`);
  return { kind: 'variable', start, end: scanner.at, name };
}
