import { containmentSentence } from './containment.ts'
import { html, type Markup, markupText } from './escape.ts'
import { count, plural, sentenceList, utc } from './format.ts'
import { activitySection, timelineSection } from './html-activity.ts'
import { containmentSection } from './html-containment.ts'
import { evidenceSection, verdictPanel } from './html-evidence.ts'
import { findingsSection, levelTiles, storySection } from './html-findings.ts'
import { page } from './html-page.ts'
import { bullets, code, facts } from './html-parts.ts'
import { planSection, refusedSection } from './html-plan.ts'
import type { ReportModel } from './model.ts'

/** The report as one self-contained HTML file: no script, nothing loaded, readable offline, on paper and on a phone. */
export const reportHtml = (model: ReportModel): string =>
  markupText(
    page({
      title: `Trailwarden report: ${model.source}`,
      header: pageHeader(model),
      main: html`${verdictPanel(model)}
${summary(model)}
${storySection(model)}
${timelineSection(model)}
${findingsSection(model)}
${model.containment ? [containmentSection(model.containment), '\n', refusedSection(model)] : planSection(model)}
${activitySection(model)}
${evidenceSection(model)}`,
      footer: pageFooter(model),
    }),
  )

const pageHeader = ({
  source,
  generatedAt,
  activity,
  containment,
}: ReportModel): Markup => html`<header class="page">
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
<li>${containment ? html`<a href="#containment">Containment</a>` : html`<a href="#plan">Containment plan</a>`}</li>
<li><a href="#activity">Who, what and where</a></li>
<li><a href="#evidence">Evidence</a></li>
</ul></nav>
</header>`

const summary = (
  model: ReportModel,
): Markup => html`<section aria-labelledby="summary-title"><h2 id="summary-title">Summary</h2>
<p class="lead">${plural(model.findings.total, 'finding')} in ${plural(model.activity.events, 'event')} of ${plural(model.activity.accounts.distinct, 'account')} and ${plural(model.activity.regions.distinct, 'Region')}, from ${plural(model.files.ingested, 'log file')}. ${planned(model)}</p>
${levelTiles(model)}</section>`

const planned = ({ plan, containment }: ReportModel): string => {
  if (containment) return containmentSentence(containment)
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
