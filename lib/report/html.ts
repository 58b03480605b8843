import { html, type Markup, markupText } from './escape.ts'
import { count, plural, sentenceList, utc } from './format.ts'
import { activitySection, timelineSection } from './html-activity.ts'
import { evidenceSection, verdictPanel } from './html-evidence.ts'
import { findingsSection, levelTiles, storySection } from './html-findings.ts'
import { bullets, code, facts } from './html-parts.ts'
import { planSection } from './html-plan.ts'
import { styleElement } from './html-style.ts'
import type { ReportModel } from './model.ts'

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** The report as one self-contained HTML file: no script, nothing loaded, readable offline, on paper and on a phone. */
export const reportHtml = (model: ReportModel): string =>
  markupText(html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Trailwarden report: ${model.source}</title>
${styleElement}
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${pageHeader(model)}
<main id="main">
${verdictPanel(model)}
${summary(model)}
${storySection(model)}
${timelineSection(model)}
${findingsSection(model)}
${planSection(model)}
${activitySection(model)}
${evidenceSection(model)}
</main>
${pageFooter(model)}
</body>
</html>
`)

const pageHeader = ({ source, generatedAt, activity }: ReportModel): Markup => html`<header class="page">
<p class="brand">Trailwarden</p>
<h1>CloudTrail security report</h1>
${facts([
  ['Source', code(source)],
  [
    'Period',
    activity.first && activity.last ? `${utc(activity.first)} to ${utc(activity.last)}` : 'no events',
  ],
  ['Generated', utc(generatedAt)],
])}
<nav aria-label="Sections"><ul>
<li><a href="#story">What happened</a></li>
<li><a href="#timeline">Timeline</a></li>
<li><a href="#findings">Findings</a></li>
<li><a href="#plan">Containment plan</a></li>
<li><a href="#activity">Who, what and where</a></li>
<li><a href="#evidence">Evidence</a></li>
</ul></nav>
</header>`

const summary = (
  model: ReportModel,
): Markup => html`<section aria-labelledby="summary-title"><h2 id="summary-title">Summary</h2>
<p class="lead">${plural(model.findings.total, 'finding')} in ${plural(model.activity.events, 'event')} of ${plural(model.activity.accounts.distinct, 'account')} and ${plural(model.activity.regions.distinct, 'Region')}, from ${plural(model.files.ingested, 'log file')}. ${planned(model)}</p>
${levelTiles(model)}</section>`

const planned = ({ plan }: ReportModel): string => {
  const parts = [
    ...(plan.actions.length > 0 ? [`${plural(plan.actions.length, 'containment action')} proposed`] : []),
    ...(plan.refused.length > 0 ? [`${count(plan.refused.length)} refused`] : []),
  ]
  return parts.length === 0 ? 'No containment is proposed.' : `${sentenceList(parts)}; nothing has been done.`
}

const pageFooter = (model: ReportModel): Markup => html`<footer>
<h2>About this report</h2>
<h3>Verify it again</h3>
<p>The signatures are CloudTrail's own. Anyone with the bucket can check them without this report:</p>
<pre tabindex="0">trailwarden verify SOURCE
aws cloudtrail validate-logs --trail-arn ARN --start-time TIME</pre>
<h3>Limits</h3>
${bullets(model.caveats)}
<p class="muted">Trailwarden ${model.version}, report format 1, ${plural(model.rules.loaded, 'rule')}. Generated ${utc(model.generatedAt)} from ${model.source}. All times are UTC.</p>
</footer>`
