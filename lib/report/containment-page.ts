import { type ContainmentLog, containmentSentence } from './containment.ts'
import { html, markdownCode, markupText } from './escape.ts'
import { utc } from './format.ts'
import { containmentSection } from './html-containment.ts'
import { page } from './html-page.ts'
import { code, facts } from './html-parts.ts'
import { containmentLines } from './markdown-containment.ts'

/** A ledger's report of its own: no events at hand, no findings, only what containment remembers. */
export interface ContainmentPage {
  readonly version: string
  /** Name of the ledger. */
  readonly source: string
  readonly log: ContainmentLog
}

const LIMITS =
  'From the ledger alone. Where the events lie and what validation says of those log files is in the report of a scan of the logs.'

/** The containment report as one self-contained HTML file. The same ledger gives the same bytes. */
export const containmentHtml = ({ version, source, log }: ContainmentPage): string =>
  markupText(
    page({
      title: `Trailwarden containment: ${source}`,
      header: html`<header class="page">
<p class="brand">Trailwarden</p>
<h1>Containment report</h1>
${facts([
  ['Ledger', code(source)],
  ['As of', utc(log.last)],
])}
</header>`,
      main: containmentSection(log),
      footer: html`<footer><p>${LIMITS}</p><p class="muted">Trailwarden ${version}, report format 1. All times are UTC.</p></footer>`,
    }),
  )

/** The same as Markdown. */
export const containmentMarkdown = ({ version, source, log }: ContainmentPage): string =>
  [
    '# Containment report',
    '',
    `- Ledger: ${markdownCode(source)}`,
    `- As of: ${markdownCode(utc(log.last))}`,
    '',
    ...containmentLines(log),
    '## About this report',
    '',
    LIMITS,
    '',
    `Trailwarden ${markdownCode(version)}, report format 1. All times are UTC. ${containmentSentence(log)}`,
    '',
  ].join('\n')
