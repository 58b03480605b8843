import { join } from 'node:path'
import { findingLine } from '../lib/finding.ts'
import type { Outcome } from '../lib/pipeline.ts'
import type { Quarantined } from '../lib/reading.ts'
import type { ContainmentLog } from '../lib/report/containment.ts'
import { reportHtml } from '../lib/report/html.ts'
import { reportMarkdown } from '../lib/report/markdown.ts'
import { type ReportModel, reportModel } from '../lib/report/model.ts'
import { writeWhole } from './files.ts'
import { version } from './package-root.ts'

export interface ReportOf {
  readonly source: string
  readonly outcome: Outcome
  readonly quarantined: readonly Quarantined[]
  readonly rules: { readonly loaded: number; readonly rejected: number }
  /** UTC ISO. */
  readonly now: string
  /** What was done about it, from the ledger. */
  readonly containment?: ContainmentLog
}

/** The report for people, as HTML and as Markdown. */
export const writeReport = async (dir: string, report: ReportOf): Promise<void> => {
  const model = modelOf(report)
  await writeWhole(join(dir, 'report.html'), reportHtml(model))
  await writeWhole(join(dir, 'report.md'), reportMarkdown(model))
}

const modelOf = ({ source, outcome, quarantined, rules, now, containment }: ReportOf): ReportModel => {
  const { counts, activity, findings, integrity, plan } = outcome
  return reportModel({
    version: version(),
    source,
    generatedAt: now,
    integrity,
    files: counts.files,
    events: counts.events,
    quarantined,
    findings,
    plan,
    activity,
    rules,
    ...(containment && { containment }),
  })
}

/** Writes everything a scan leaves behind, each file whole or not at all. */
export const writeReports = async (dir: string, report: ReportOf): Promise<void> => {
  const { outcome, quarantined } = report
  const { counts, findings, integrity, plan } = outcome
  const verdicts = [...integrity.logVerdicts].map(([key, verdict]) => ({ key, verdict }))
  const summary = {
    source: report.source,
    generatedAt: report.now,
    ...counts,
    rules: report.rules,
    integrity: integrity.summary,
  }
  await writeReport(dir, report)
  await writeWhole(join(dir, 'findings.jsonl'), lines(findings.map(findingLine)))
  await writeWhole(join(dir, 'plan.json'), `${JSON.stringify(plan, null, 2)}\n`)
  await writeWhole(join(dir, 'verdicts.jsonl'), lines(verdicts.map((line) => JSON.stringify(line))))
  await writeWhole(join(dir, 'problems.jsonl'), lines(integrity.problems.map((line) => JSON.stringify(line))))
  await writeWhole(
    join(dir, 'insights.jsonl'),
    lines(outcome.heldBack.insights.map((one) => JSON.stringify(one))),
  )
  await writeWhole(join(dir, 'quarantine.jsonl'), lines(quarantined.map((line) => JSON.stringify(line))))
  await writeWhole(join(dir, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
}

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('')
