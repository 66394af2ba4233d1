import type { BlockSchema, BodySchema } from '../hcl/index.ts';

const leaf: BodySchema = { blocks: {} };

function block(labels: number, blocks: Readonly<Record<string, BlockSchema>> = {}): BlockSchema {
  return { labels, body: { blocks } };
}

const condition = block(0);
const instance = {
  lifecycle: block(0, { precondition: condition, postcondition: condition }),
  provisioner: block(1, { connection: block(0) }),
  connection: block(0),
};

/**
 * The blocks of Terraform's language, which its JSON syntax cannot tell from objects. Those of providers are not among
 * them: nothing that is read of a module stands there.
 * https://developer.hashicorp.com/terraform/language/syntax/json
 */
export const terraformSchema: BodySchema = {
  blocks: {
    terraform: block(0, {
      required_providers: block(0),
      backend: block(1),
      cloud: block(0),
      provider_meta: block(1),
    }),
    variable: {
      labels: 1,
      body: { blocks: { validation: condition }, constants: ['default', 'description', 'deprecated'] },
    },
    output: {
      labels: 1,
      body: { blocks: { precondition: condition }, constants: ['description', 'deprecated'] },
    },
    locals: { labels: 0, body: leaf },
    provider: block(1),
    resource: block(2, instance),
    data: block(2, instance),
    ephemeral: block(2, instance),
    module: block(1),
    moved: block(0),
    removed: block(0, { lifecycle: block(0), provisioner: instance.provisioner }),
    import: block(0),
    check: block(1, { assert: condition, data: block(2, instance) }),
  },
};
