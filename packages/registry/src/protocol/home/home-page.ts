import { html, type Html } from '../../server/html.ts';
import { page } from '../../server/page.ts';
import { productVersion } from '../../server/product.ts';

export interface ListedModule {
  readonly address: string;
  readonly version: string;
  readonly description: string;
  readonly state: string;
}

interface Urls {
  readonly http?: string;
  readonly https?: string;
}

export function homeHtml(modules: readonly ListedModule[], urls: Urls): string {
  return page(
    'Ashlar',
    html`<body>
      <header>
        <h1>Ashlar</h1>
        <p class="soft">A registry of verified infrastructure modules. Version ${productVersion}.</p>
      </header>
      <main>
        <h2>Modules</h2>
        ${modules.length === 0 ? html`<p>No module that you may read has been published yet.</p>` : moduleTable(modules)}
        <h2>Connect a client</h2>
        ${recipes(urls).map(
          ({ title, text, code }) =>
            html`<details>
              <summary>${title}</summary>
              <p>${text}</p>
              <pre>${code}</pre>
            </details>`,
        )}
      </main>
      <footer>
        <small
          >API: <a href="/api/v1/openapi.json">OpenAPI</a> · <a href="/metrics">metrics</a> ·
          <a href="/readyz">readiness</a></small
        >
      </footer>
    </body>`,
  );
}

function moduleTable(modules: readonly ListedModule[]): Html {
  const rows = modules.map(
    ({ address, version, description, state }) =>
      html`<tr id="${address.toLowerCase()}">
        <td><code>${address}</code></td>
        <td><code>${version}</code>${state === 'admitted' ? undefined : html` <small>${state}</small>`}</td>
        <td>${description}</td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Module</th>
        <th scope="col">Latest</th>
        <th scope="col">About</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/** What each client needs; `ashlar setup` writes the same, and more. */
function recipes({ http, https }: Urls): { title: string; text: string; code: string }[] {
  const best = https ?? http ?? '';
  const host = hostOf(best);
  // Bicep speaks plain http to addresses of its own machine, and https to all others.
  const bicepHost = hostOf(
    [https, http].find((url) => url && url.startsWith('http:') === isLoopback(url)) ?? best,
  );
  return [
    {
      title: 'Terraform and OpenTofu',
      text: 'In ~/.terraformrc or ~/.tofurc. Modules are then found as HOST/NAMESPACE/NAME/SYSTEM with a version.',
      code: `host "${hostOf(http ?? best)}" {\n  services = { "modules.v1" = "${http ?? best}/v1/modules/" }\n}`,
    },
    {
      title: 'Bicep',
      text: 'Set BICEP_TRUSTED_REGISTRIES and put this into bicepconfig.json; needs Bicep 0.45.6 or newer.',
      code: `export BICEP_TRUSTED_REGISTRIES=${bicepHost.replace(/:\d+$/, '')}\n\n${JSON.stringify(
        {
          experimentalFeaturesEnabled: { ociEnabled: true },
          moduleAliases: { br: { ashlar: { registry: bicepHost, modulePath: 'bicep' } } },
        },
        null,
        2,
      )}`,
    },
    {
      title: 'oras, skopeo, docker',
      text: 'Any user name; the password is an Ashlar token.',
      code: `docker login ${host}\noras repo ls ${host}\nskopeo login ${host}`,
    },
    {
      title: 'The ashlar command',
      text: 'Writes all of this, also as a drop-in for the public registry, and checks it.',
      code: `ashlar login ${best}\nashlar setup terraform\nashlar doctor`,
    },
  ];
}

function isLoopback(url: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
