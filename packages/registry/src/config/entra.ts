import { AshlarError } from '@ashlar/core';
import { isLoopback } from '@ashlar/core/loopback';
import { z } from 'zod';

import { formatScope, parseScope } from '../identity/scope.ts';
import { field, parseUrl, shown, Wrong } from './field.ts';

/** Which Entra ID tokens `/oauth2/exchange` takes, and what they may do. */
export interface EntraConfig {
  readonly tenants: readonly EntraTenant[];
  /** Exact values of the `aud` claim. */
  readonly audiences: readonly string[];
  readonly rules: readonly EntraRule[];
}

export interface EntraTenant {
  /** Lower-case GUID, the `tid` claim. */
  readonly id: string;
  /** Exact values of the `iss` claim. */
  readonly issuers: readonly string[];
  readonly jwksUri: string;
}

export interface EntraRule {
  readonly tenant: string;
  readonly kind: RuleKind;
  /** Lower-case GUID of the object, group or application. */
  readonly id: string;
  /** `read:contoso`, `publish:*`, … */
  readonly scopes: readonly string[];
}

const ruleKinds = ['object', 'group', 'app'] as const;
type RuleKind = (typeof ruleKinds)[number];

/** What `az` and the Azure SDKs ask tokens for when they talk to a container registry. */
export const defaultAudiences = [
  'https://management.azure.com',
  'https://management.azure.com/',
  'https://management.core.windows.net',
  'https://management.core.windows.net/',
  'https://containerregistry.azure.net',
];

const guid = field<string>((raw) =>
  typeof raw === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(raw)
    ? raw.toLowerCase()
    : new Wrong(
        `${shown(raw)} is not an id of Entra ID`,
        'Write its GUID, for example 6f3c2b1a-0d4e-4c5f-8a9b-1c2d3e4f5a6b.',
      ),
);

/** Keys and issuers decide who gets in: plain http is for this machine only. */
const trustedUrl = field<string>((raw) => {
  const url = parseUrl(raw);
  return typeof raw === 'string' && url !== undefined && (url.protocol === 'https:' || isLoopback(url))
    ? raw
    : new Wrong(`${shown(raw)} is not an https address`, 'Write the whole address, starting with https://');
});

const audience = field<string>((raw) =>
  typeof raw === 'string' && /^\S+$/.test(raw)
    ? raw
    : new Wrong(`${shown(raw)} is not an audience`, 'Write the value of the aud claim.'),
);

const scope = field<string>((raw) => {
  try {
    return formatScope(parseScope(String(raw)));
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error;
    return new Wrong(
      `${shown(raw)} is not a scope`,
      'Write read, publish or manage, a colon and a namespace or *, for example publish:contoso.',
    );
  }
});

const tenant = z.strictObject({ id: guid, issuer: trustedUrl.optional(), jwksUri: trustedUrl.optional() });
const rule = z.strictObject({
  tenant: guid,
  object: guid.optional(),
  group: guid.optional(),
  app: guid.optional(),
  scopes: z.array(scope).min(1),
});
const written = z.strictObject({
  issuer: trustedUrl.optional(),
  tenants: z.array(tenant).min(1),
  audiences: z.array(audience).min(1).optional(),
  rules: z.array(rule).min(1),
});

/** Every key below `entra`, for suggestions. */
export const entraKeys = [written, tenant, rule].flatMap((schema) => Object.keys(schema.shape));

/** The setting `entra`: a group of keys in the file, JSON in its variable. */
export const entra = field<unknown>((raw) => {
  if (typeof raw !== 'string') return raw;
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return new Wrong('the value is not JSON', 'Write {"tenants":[…],"rules":[…]}, or use the file.');
  }
})
  .pipe(written)
  .superRefine(checkReferences)
  .transform(resolve);

type Written = z.output<typeof written>;

function checkReferences(value: Written, context: z.RefinementCtx): void {
  const refuse = (path: (string | number)[], message: string, fix: string) =>
    context.addIssue({ code: 'custom', path, message, params: { fix } });
  if (value.issuer !== undefined && !value.issuer.includes('{tid}')) {
    refuse(
      ['issuer'],
      'the issuer of all tenants does not hold {tid}',
      'Write {tid} in it, or an issuer per tenant.',
    );
  }
  for (const [index, { id, issuer, jwksUri }] of value.tenants.entries()) {
    if (value.tenants.findIndex((other) => other.id === id) !== index) {
      refuse(['tenants', index, 'id'], 'the tenant is listed twice', 'Remove one of them.');
    }
    if ((issuer ?? value.issuer) !== undefined && jwksUri === undefined) {
      const fix = 'Add the address of the keys that this issuer signs with.';
      refuse(['tenants', index, 'jwksUri'], 'is missing beside an own issuer', fix);
    }
  }
  for (const [index, { tenant: id, ...entry }] of value.rules.entries()) {
    if (!value.tenants.some((known) => known.id === id)) {
      refuse(['rules', index, 'tenant'], `the tenant ${id} is not one of tenants`, 'Add it there.');
    }
    if (ruleKinds.filter((kind) => entry[kind] !== undefined).length !== 1) {
      refuse(
        ['rules', index],
        'does not name exactly one of object, group and app',
        'Write one rule for each.',
      );
    }
  }
}

function resolve(value: Written): EntraConfig {
  return {
    tenants: value.tenants.map(({ id, issuer, jwksUri }) => {
      const own = issuer ?? value.issuer?.replaceAll('{tid}', id);
      return {
        id,
        // Tokens of version 2 and of version 1; which one a client gets depends on the audience.
        issuers: own
          ? [own]
          : [`https://login.microsoftonline.com/${id}/v2.0`, `https://sts.windows.net/${id}/`],
        jwksUri: jwksUri ?? `https://login.microsoftonline.com/${id}/discovery/v2.0/keys`,
      };
    }),
    audiences: value.audiences ?? defaultAudiences,
    rules: value.rules.map((entry) => {
      const kind = ruleKinds.find((candidate) => entry[candidate] !== undefined)!;
      return { tenant: entry.tenant, kind, id: entry[kind]!, scopes: entry.scopes };
    }),
  };
}
