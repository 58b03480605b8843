import { atLeast, type Finding } from '../finding.ts'
import type { IntegrityReport } from '../verdict.ts'
import { logEvidence, type Tone } from './evidence.ts'
import { whoOf } from './finding-view.ts'
import { callOf, clip, compare } from './format.ts'

/** One line of the story: who did what to what, in time order. */
export interface StoryLine {
  readonly time: string
  /** Time of the last of several alike. */
  readonly until: string
  readonly times: number
  readonly level: Finding['rule']['level']
  readonly title: string
  readonly who: string
  /** An event with an errorCode is an attempt. */
  readonly verb: 'called' | 'tried to call'
  readonly call: string
  readonly target: string
  readonly from: string
  readonly account: string
  readonly region: string
  readonly evidence: { readonly words: string; readonly tone: Tone }
  /** Id of the first finding, to find its number in the report. */
  readonly finding: string
}

export interface Story {
  readonly lines: readonly StoryLine[]
  /** Lines beyond the limit. */
  readonly more: number
}

/** High and critical findings in time order; a run of the same finding by the same actor is one line. */
export const storyOf = (
  findings: readonly Finding[],
  integrity: IntegrityReport | undefined,
  max: number,
): Story => {
  const lines: StoryLine[] = []
  const grave = findings.filter(({ rule }) => atLeast(rule.level, 'high'))
  for (const finding of grave.sort((a, b) => compare(a.time, b.time) || compare(a.id, b.id))) {
    const line = lineOf(finding, integrity)
    const last = lines.at(-1)
    if (last && alike(last, line))
      lines[lines.length - 1] = { ...last, until: line.time, times: last.times + 1 }
    else lines.push(line)
  }
  return { lines: lines.slice(0, max), more: Math.max(0, lines.length - max) }
}

const alike = (a: StoryLine, b: StoryLine): boolean =>
  a.title === b.title &&
  a.who === b.who &&
  a.call === b.call &&
  a.verb === b.verb &&
  a.from === b.from &&
  a.account === b.account &&
  a.evidence.words === b.evidence.words

const lineOf = (finding: Finding, integrity: IntegrityReport | undefined): StoryLine => {
  const { id, time, rule, actor, event, resources, source } = finding
  return {
    time,
    until: time,
    times: 1,
    level: rule.level,
    title: clip(rule.title, 200),
    who: clip(whoOf(actor), 80),
    verb: event.errorCode ? 'tried to call' : 'called',
    call: clip(callOf(event.eventSource, event.eventName), 100),
    target: clip(shortName(resources[0] ?? ''), 100),
    from: clip(event.sourceIPAddress, 80),
    account: clip(event.recipientAccountId, 40),
    region: clip(event.awsRegion, 40),
    finding: id,
    evidence: logEvidence(integrity, source.key),
  }
}

/** `arn:aws:iam::111122223333:user/eve` -> `user/eve`, `arn:aws:s3:::bucket` -> `bucket`. */
export const shortName = (resource: string): string =>
  /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/s.exec(resource)?.[1] ?? resource
