import { html, type Markup } from './escape.ts'
import { styleElement } from './html-style.ts'

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** The frame of every page: no script, nothing loaded, readable offline, on paper and on a phone. */
export const page = ({
  title,
  header,
  main,
  footer,
}: {
  readonly title: string
  readonly header: Markup
  readonly main: Markup
  readonly footer: Markup
}): Markup => html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${styleElement}
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${header}
<main id="main">
${main}
</main>
${footer}
</body>
</html>
`
