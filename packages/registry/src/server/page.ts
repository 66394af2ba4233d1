import { html, type Html } from './html.ts';

const style = `
  :root { color-scheme: light dark; --ink: #1d2125; --soft: #5b6570; --line: #d9dee3; --paper: #fff; --stone: #f4f5f3; --accent: #8a4b1f }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --soft: #a3adb6; --line: #3a4148; --paper: #16191c; --stone: #1f2428; --accent: #e0a070 } }
  * { box-sizing: border-box }
  body { margin: 0; color: var(--ink); background: var(--paper); font: 16px/1.6 system-ui, sans-serif }
  header, main, footer { max-width: 62rem; margin: 0 auto; padding: 1.5rem }
  header { padding-bottom: 0 }
  h1 { font-size: 1.6rem; margin: 0 }
  h2 { font-size: 1.15rem; margin: 2rem 0 .5rem }
  a { color: var(--accent) }
  p { margin: .5rem 0 }
  small, .soft { color: var(--soft) }
  label ~ small { display: block; margin-top: .25rem }
  code, pre { font: .875rem/1.5 ui-monospace, Menlo, Consolas, monospace }
  pre { background: var(--stone); border: 1px solid var(--line); border-radius: .4rem; padding: .75rem 1rem; overflow-x: auto }
  table { width: 100%; border-collapse: collapse }
  th, td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line) }
  th { font-weight: 600; color: var(--soft); font-size: .875rem }
  td code { overflow-wrap: break-word }
  @media (max-width: 48rem) { thead { display: none } tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line) } td { display: block; padding: 0; border: 0 } td code { overflow-wrap: anywhere } }
  details { border-bottom: 1px solid var(--line); padding: .5rem 0 }
  summary { cursor: pointer; font-weight: 600 }
  label { display: block; font-weight: 600; margin: 1rem 0 .25rem }
  input { width: 100%; max-width: 32rem; font: inherit; padding: .5rem .6rem; color: inherit; background: var(--stone); border: 1px solid var(--soft); border-radius: .4rem }
  button { display: block; margin-top: 1rem; font: inherit; font-weight: 600; padding: .5rem 1.2rem; color: var(--paper); background: var(--accent); border: 0; border-radius: .4rem; cursor: pointer }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
  [role=alert] { border-left: 4px solid #c0392b; padding: .25rem 1rem; background: var(--stone) }
`;

/** A whole page of the server, readable without scripts. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${{ html: style }}
        </style>
      </head>
      ${body}
    </html> `.html;
}
