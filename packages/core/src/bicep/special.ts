import type { EscapeHatch, ModuleCall, ResourceUse, RoleAssignment, Telemetry } from '../module/model.ts';

/** What a Bicep module and the modules inside it deploy. */
export interface Deployed {
  readonly resources: ResourceUse[];
  readonly modules: ModuleCall[];
  readonly roleAssignments: RoleAssignment[];
  readonly escapeHatches: EscapeHatch[];
  readonly telemetry: Telemetry[];
}

export function nothingDeployed(): Deployed {
  return { resources: [], modules: [], roleAssignments: [], escapeHatches: [], telemetry: [] };
}

export const deploymentType = 'microsoft.resources/deployments';

/** The template spec that the id of a version leads to, as Bicep names it; undefined for what is none. */
export function templateSpec(id: string): Pick<ModuleCall, 'source' | 'version'> | undefined {
  const spec =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Resources\/templateSpecs\/([^/]+)\/versions\/([^/]+)$/i.exec(
      id,
    );
  if (spec === null) return undefined;
  const [, subscription, group, name, version] = spec as unknown as string[];
  return { source: `ts:${subscription}/${group}/${name}`, version: version! };
}

/** Where the link of a deployment says that its template lies. */
export const linkFields = ['id', 'uri', 'relativePath'] as const;

interface Special {
  readonly type: string;
  readonly address: string;
  readonly within?: string | undefined;
  /** As it is written; an expression of either form. */
  readonly name: string | undefined;
  readonly role: string | undefined;
}

/** Notes a resource that is made and stands out by its type. */
export function noteSpecial({ type, address, within, name, role }: Special, into: Deployed): void {
  const place = within === undefined ? { address } : { address, within };
  switch (type.toLowerCase()) {
    case 'microsoft.authorization/roleassignments':
      into.roleAssignments.push({ ...place, ...(role === undefined ? {} : { role }) });
      return;
    case 'microsoft.resources/deploymentscripts':
      into.escapeHatches.push({ kind: 'deployment-script', ...place });
      return;
    case deploymentType: {
      const prefix = telemetryPrefix(name ?? '');
      const version = /'(\d+\.\d+\.\d+)'/.exec((name ?? '').slice(0, maxName))?.[1];
      if (prefix !== undefined) {
        into.telemetry.push({ ...place, prefix, ...(version === undefined ? {} : { version }) });
      }
    }
  }
}

/** How much of a name is looked at: what tells stands at its beginning. */
const maxName = 500;

/** What AVM puts before version and hash in the name of a deployment that counts uses; older modules began with `pid-`. */
function telemetryPrefix(text: string): string | undefined {
  const name = text.slice(0, maxName);
  return (
    /\b(46d3xbcp[.-](?:res|ptn|utl)[.-][\w-]+)\./.exec(name)?.[1] ?? /\bpid-[0-9a-f-]{36}/.exec(name)?.[0]
  );
}
