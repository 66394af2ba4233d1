import type { RuleTester } from 'oxlint/plugins-dev';

type AnyRule = Parameters<RuleTester['run']>[1];

/** A lint rule in ESLint's shape. oxlint publishes no name for this type, so it is taken from its rule tester. */
export type Rule = Extract<AnyRule, { create: unknown }>;
export type Context = Parameters<Rule['create']>[0];
export type Visitor = ReturnType<Rule['create']>;
export type Node = Parameters<NonNullable<Visitor['ImportDeclaration']>>[0]['source'] | Identifier | Member;
export type Identifier = Parameters<NonNullable<Visitor['Identifier']>>[0];
export type Member = Parameters<NonNullable<Visitor['MemberExpression']>>[0];
