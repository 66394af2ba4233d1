import { html } from '../../server/html.ts';
import { page } from '../../server/page.ts';

/** The page of `terraform login`: one field for an Ashlar token. */
export function loginPage(problem: string | undefined): string {
  return page(
    'Sign in to Ashlar',
    html`<body>
      <main>
        <h1>Sign in to Ashlar</h1>
        <p>
          Terraform or OpenTofu on this computer asks for access to this registry. Paste an Ashlar token; the
          client gets a token of its own with the same rights, which ends when yours does.
        </p>
        ${problem === undefined ? undefined : html`<p role="alert">${problem}</p>`}
        <form method="post">
          <label for="token">Token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="off"
            spellcheck="false"
            required
            autofocus
            aria-describedby="hint"
          />
          <small id="hint"
            >It starts with ash_. Whoever runs this registry makes one with
            <code>ashlar token create</code>.</small
          >
          <button>Sign in</button>
        </form>
      </main>
    </body>`,
  );
}
