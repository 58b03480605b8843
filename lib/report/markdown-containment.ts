import {
  type ContainmentLog,
  type ContainmentRow,
  checkpointWords,
  containmentSentence,
  duration,
  expiryWords,
  mergedTimeline,
  metricsOf,
  openQuestions,
  stateWords,
} from './containment.ts'
import { markdownCode as code, jsonText, markdownText as text } from './escape.ts'
import { clip, count, utc } from './format.ts'
import { CONTAINMENT_LIMITS, type ContainmentLimits } from './html-containment.ts'
import { levelName } from './html-parts.ts'

/** The containment log as lines of Markdown, for a ticket. Values are code spans, so that no dialect reads them. */
export const containmentLines = (
  log: ContainmentLog,
  limits: ContainmentLimits = CONTAINMENT_LIMITS,
): string[] => [
  '## Containment',
  '',
  containmentSentence(log),
  '',
  `- Ledger: ${count(log.entries)} entries, ${code(utc(log.first))} to ${code(utc(log.last))}, last hash ${code(log.tail)}`,
  ...log.approvals.map(
    ({ approver, plan, at, expires }) =>
      `- Approved by ${code(clip(approver, 300))}: plan ${code(plan)}, ${code(utc(at))}, counts until ${code(utc(expires))}`,
  ),
  ...metricsOf(log).map(({ name, seconds }) => `- ${name}: ${duration(seconds)}`),
  '',
  ...log.actions.slice(0, limits.actions).flatMap((row, n) => action(row, n, limits.each)),
  ...more(log.actions.length - limits.actions, 'actions'),
  '### What stays open',
  '',
  ...openQuestions(log)
    .slice(0, limits.each)
    .map((one) => `- ${text(clip(one, 500))}`),
  '',
  '### Log and ledger in one order',
  '',
  ...mergedTimeline(log)
    .slice(0, limits.timeline)
    .map(({ at, who, what }) => `- ${code(utc(at))} ${who}: ${text(clip(what, 500))}`),
  '',
]

const more = (n: number, what: string): string[] =>
  n > 0 ? [`${count(n)} more ${what} not shown here.`, ''] : []

const action = (row: ContainmentRow, n: number, each: number): string[] => [
  `### ${n + 1}. ${text(clip(row.title, 200))}: ${stateWords(row.state)}`,
  '',
  `- Tier ${row.tier}, ${levelName(row.level)}, target ${code(clip(row.target, 400))}`,
  `- Why: ${text(clip(row.reason, 600))}`,
  ...row.events
    .slice(0, each)
    .map(
      ({ eventID, time, evidence, place }) =>
        `- Evidence: event ${code(clip(eventID, 80))}, ${code(utc(time))}, ${text(evidence)}${place === undefined ? '' : `, ${code(clip(place, 600))}`}`,
    ),
  `- Plan: ${code(row.plan)}, recorded ${code(utc(row.plannedAt))}, owner ${code(clip(row.owner, 200))}`,
  ...row.why.map((why) => `- Waited because: ${text(clip(why, 300))}`),
  ...row.dryRun.slice(0, each).map((command) => `- Dry run: ${code(clip(command, 2_000))}`),
  ...row.made
    .slice(0, each)
    .map(
      ({ at, phase, command, outcome, requestId = '', error }) =>
        `- Call, ${phase}: ${code(utc(at))} ${code(clip(command, 2_000))}, ${outcome}${error === undefined ? '' : ` ${code(clip(error, 100))}`}, request id ${code(clip(requestId, 100))}`,
    ),
  ...row.checks
    .slice(0, each)
    .map(
      ({ checkpoint, at, holds, found }) =>
        `- Verification, ${checkpointWords(checkpoint)}: ${code(utc(at))} holds: ${holds}, found ${code(clip(JSON.stringify(found) ?? '', 300))}`,
    ),
  ...row.undo.slice(0, each).map((command) => `- Undo: ${code(clip(command, 2_000))}`),
  `- Lasts: ${expiryWords(row.expires)}`,
  '',
  ...(row.before.length > 0 ? ['State before:', ''] : []),
  ...row.before
    .slice(0, 12)
    .flatMap(({ command, answer }) => [
      code(clip(command, 600)),
      '',
      '```json',
      jsonText(answer, 4_000),
      '```',
      '',
    ]),
]
