import { contentLimits } from './content.ts';
import { identityLimits } from './identity.ts';
import { listLimits } from './list.ts';
import { nameLimits } from './name.ts';
import { requestLimits } from './request.ts';
import { serverLimits } from './server.ts';
import { syntaxLimits } from './syntax.ts';

export type { Limit, LimitUnit, PastLimit, SettingLimit } from './limit.ts';
export { settingLimits } from './server.ts';

/** The limits by what they bound; the headings of the page in the documentation. */
export const limitGroups = {
  Content: contentLimits,
  'Files of modules': syntaxLimits,
  Names: nameLimits,
  Requests: requestLimits,
  Lists: listLimits,
  'Signing in': identityLimits,
  'The server': serverLimits,
} as const;

/**
 * Every fixed limit. Code that enforces one takes its number from here, so that there is no second copy; a test sends
 * each limit and one past it.
 */
export const limits = {
  ...contentLimits,
  ...syntaxLimits,
  ...nameLimits,
  ...requestLimits,
  ...listLimits,
  ...identityLimits,
  ...serverLimits,
};

export type LimitName = keyof typeof limits;
