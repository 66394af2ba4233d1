import { html, type Html } from '../../server/html.ts';
import { page } from '../../server/page.ts';
import { productVersion } from '../../server/product.ts';
import { recipes } from './recipe.ts';

export interface ListedModule {
  readonly address: string;
  readonly version: string;
  readonly description: string;
  readonly state: string;
}

export function homeHtml(modules: readonly ListedModule[], urls: Parameters<typeof recipes>[0]): string {
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
