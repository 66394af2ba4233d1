export * from './authorise.ts';
export * from './caller.ts';
export * from './identity.ts';
export * from './scope.ts';
export type { TicketBox, TicketKind } from './ticket.ts';
export { hashToken, isWellFormedToken, newToken, presetTokenName } from './token.ts';
