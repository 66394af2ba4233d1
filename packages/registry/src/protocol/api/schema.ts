import { limits } from '@ashlar/core';
import { z } from 'zod';

/** The shapes of Ashlar's own API; the OpenAPI document is made of them. */

const text = (max: number) => z.string().min(1).max(max);
/** An address that people follow: never `javascript:` and the like. */
const webAddress = z
  .url({ protocol: /^https?$/, error: 'Write an http or https address' })
  .max(limits.webAddress.value);
const time = z.string().meta({ description: 'Time in ISO 8601, UTC', example: '2026-08-21T10:11:12.000Z' });
const digest = z
  .string()
  .meta({ example: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' });

export const ErrorBody = z
  .object({
    code: z.string().meta({ example: 'ASH-VERSION-EXISTS' }),
    message: z.string().meta({ description: 'What happened and what to do' }),
    requestId: z.string(),
  })
  .meta({ id: 'Error' });

export const Status = z
  .object({
    name: z.literal('ashlar'),
    version: z.string(),
    caller: z.object({ subject: z.string(), name: z.string(), scopes: z.array(z.string()) }),
    externalUrl: z.string().meta({ description: 'Address of this listener' }),
    externalUrls: z.object({ http: z.string().optional(), https: z.string().optional() }),
  })
  .meta({ id: 'Status' });

const honestVersions = z.enum(['off', 'required']).meta({
  description: 'Whether a version is refused whose number promises more than its content keeps',
});

export const Namespace = z
  .object({
    name: z.string(),
    visibility: z.enum(['public', 'private']),
    immutable: z.boolean().meta({ description: 'Tags of plain repositories never move' }),
    honestVersions,
    createdAt: time,
  })
  .meta({ id: 'Namespace' });
export const NewNamespace = z
  .object({
    name: text(limits.namespaceName.value),
    visibility: z.enum(['public', 'private']).default('private'),
    immutable: z.boolean().default(false),
    honestVersions: honestVersions.default('off'),
  })
  .strict()
  .meta({ id: 'NewNamespace' });
export const NamespaceChange = z
  .object({
    visibility: z.enum(['public', 'private']).optional(),
    immutable: z.boolean().optional(),
    honestVersions: honestVersions.optional(),
  })
  .strict()
  .meta({ id: 'NamespaceChange' });

export const Version = z
  .object({
    version: z.string(),
    digest,
    contentDigest: digest,
    archive: z.object({ digest, size: z.number() }).optional(),
    state: z.enum(['admitted', 'deprecated', 'revoked']),
    message: z
      .string()
      .optional()
      .meta({ description: 'The sentence that every client gets about this version' }),
    reason: z.string().optional(),
    link: z.string().optional(),
    replacement: z.string().optional(),
    date: z
      .string()
      .optional()
      .meta({ description: 'Day after which a deprecated version should not be used' }),
    description: z.string(),
    documentation: z.string().optional(),
    publishedAt: time,
    publishedBy: z.string(),
  })
  .meta({ id: 'Version' });

export const Module = z
  .object({
    address: z.string().meta({ example: 'terraform/contoso/network/azurerm' }),
    language: z.enum(['bicep', 'terraform']),
    namespace: z.string(),
    class: z.enum(['resource', 'pattern', 'utility']).optional(),
    description: z.string(),
    latest: z.string().optional().meta({ description: 'The highest release that can be used' }),
  })
  .meta({ id: 'Module' });
export const ModuleDetail = Module.extend({
  versions: z.array(Version).meta({ description: 'All versions, lowest first' }),
  readme: z.string().optional().meta({ description: 'Of the latest version' }),
}).meta({ id: 'ModuleDetail' });
export const ModulePage = z
  .object({ modules: z.array(Module), nextOffset: z.number().optional() })
  .meta({ id: 'ModulePage' });
export const ModuleQuery = z.object({
  search: z.string().max(limits.search.value).optional(),
  namespace: z.string().optional(),
  language: z.enum(['bicep', 'terraform']).optional(),
  class: z.enum(['resource', 'pattern', 'utility']).optional(),
  offset: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(limits.apiPage.value).default(100),
});

export const AddressQuery = z.object({ address: text(limits.addressParameter.value) });
export const ReferenceQuery = z.object({
  ref: text(limits.versionParameter.value).meta({
    description: 'ADDRESS@VERSION',
    example: 'terraform/contoso/network/azurerm@1.2.0',
  }),
});
export const PublishQuery = ReferenceQuery.extend({
  class: z.enum(['resource', 'pattern', 'utility']).optional(),
  documentation: webAddress.optional(),
  description: text(limits.description.value)
    .optional()
    .meta({ description: 'Terraform only: a Bicep module describes itself' }),
  stampTelemetry: z.enum(['true', 'false']).optional(),
});
export const Published = z
  .object({
    address: z.string(),
    version: z.string(),
    status: z.enum(['published', 'already-published']),
    digest,
    contentDigest: digest,
  })
  .meta({ id: 'Published' });

const bump = z.enum(['major', 'minor', 'patch']);
export const ModuleModel = z
  .looseObject({
    model: z.literal(1),
    language: z.enum(['bicep', 'terraform']),
    class: z.enum(['resource', 'pattern', 'utility']).nullable(),
    form: z.enum(['source', 'compiled']),
    interface: z.looseObject({
      inputs: z.array(z.looseObject({ name: z.string(), typeText: z.string(), required: z.boolean() })),
      outputs: z.array(z.looseObject({ name: z.string() })),
      types: z.array(z.looseObject({ name: z.string() })),
      functions: z.array(z.looseObject({ name: z.string() })),
    }),
    footprint: z.looseObject({}),
    submodules: z.array(z.looseObject({ path: z.string() })),
    internals: z.array(z.looseObject({ path: z.string() })).optional(),
    examples: z.array(z.looseObject({ path: z.string() })),
    problems: z.array(z.looseObject({ message: z.string() })),
  })
  .meta({ id: 'ModuleModel' });
export const InputSchema = z
  .looseObject({ $schema: z.string(), type: z.literal('object'), properties: z.looseObject({}) })
  .meta({
    id: 'InputSchema',
    description: 'JSON Schema, draft 2020-12: one object with a property for each input',
  });
export const DiffQuery = ReferenceQuery.extend({
  from: text(limits.version.value).optional().meta({
    description: 'Another version of the module; the one that it was compared with when it was published',
    example: '1.1.0',
  }),
});
export const VersionDiff = z
  .object({
    address: z.string(),
    from: z.string().optional().meta({ description: 'Missing for the first version, which changes nothing' }),
    to: z.string(),
    verdict: bump.optional().meta({ description: 'The smallest honest bump' }),
    declared: bump.optional().meta({ description: 'What the number says' }),
    honest: z.enum(['too small', 'honest', 'larger than needed']).optional(),
    changes: z.array(
      z.looseObject({
        class: z.enum(['breaking', 'behaviour', 'additive', 'internal']),
        kind: z.string(),
        path: z.string(),
        before: z.unknown().optional(),
        after: z.unknown().optional(),
        rule: z.string(),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'VersionDiff' });

export const Deprecation = z
  .object({
    reason: text(limits.reason.value),
    replacement: text(limits.addressParameter.value).optional(),
    link: webAddress.optional(),
    date: z.iso.date().optional(),
  })
  .strict()
  .meta({ id: 'Deprecation' });
export const Revocation = z
  .object({
    reason: text(limits.reason.value),
    replacement: text(limits.addressParameter.value).optional(),
    link: webAddress.optional(),
  })
  .strict()
  .meta({ id: 'Revocation' });

export const Token = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    parent: z.string().optional(),
    createdAt: time,
    expiresAt: time.optional(),
    revokedAt: time.optional(),
    lastUsedAt: time.optional(),
  })
  .meta({ id: 'Token' });
export const NewToken = z
  .object({
    name: text(limits.tokenName.value),
    scopes: z
      .array(z.string())
      .min(1)
      .max(limits.tokenScopes.value)
      .meta({ example: ['read:*', 'publish:contoso'] }),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
  })
  .strict()
  .meta({ id: 'NewToken' });
export const CreatedToken = Token.extend({
  token: z.string().meta({ description: 'Shown this once' }),
}).meta({ id: 'CreatedToken' });

export const Task = z
  .object({
    id: z.string(),
    kind: z.enum(['gc', 'scrub', 'backup']),
    state: z.enum(['running', 'done', 'failed']),
    startedAt: time,
    endedAt: time.optional(),
    figures: z
      .record(z.string(), z.unknown())
      .meta({ description: 'How far it is, or what came out; see docs/operate.md' }),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: 'Task' });
export const CollectOptions = z
  .object({
    grace: z
      .number()
      .int()
      .min(0)
      .max(365 * 86_400)
      .optional()
      .meta({
        description: 'Seconds that content stays after its last use; the setting gcGrace unless told',
      }),
    dryRun: z.boolean().optional().meta({ description: 'Count only' }),
  })
  .strict()
  .nullish()
  .meta({ id: 'CollectOptions' });
export const ScrubOptions = z
  .object({
    rate: z
      .number()
      .int()
      .min(1024 * 1024)
      .max(2 ** 40)
      .optional()
      .meta({ description: 'Bytes a second that are read at most; 64 MiB unless told' }),
  })
  .strict()
  .nullish()
  .meta({ id: 'ScrubOptions' });
export const BackupOptions = z
  .object({
    folder: text(4096).meta({
      description: 'Absolute path on the machine of the server: a new folder, or one that holds a backup',
    }),
  })
  .strict()
  .meta({ id: 'BackupOptions' });
