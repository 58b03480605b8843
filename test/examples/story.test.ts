import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { atLeast, type Finding } from '../../lib/finding.ts'
import type { LocatedEvent } from '../../lib/ports.ts'
import { eventIdOf, eventTimeOf } from '../../lib/trail/event.ts'
import { parseLogFile } from '../../lib/trail/log-file.ts'
import { parseObjectKey } from '../../lib/trail/object-key.ts'

const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}/`, import.meta.url))
const filesOf = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).sort()

const incident = pathOf('examples/incident')
const { story }: { story: { step: string; eventID: string; eventName: string }[] } = JSON.parse(
  readFileSync(`${incident}/EXPECTED.json`, 'utf8'),
)

const eventsInOrder = (): LocatedEvent[] => {
  const keys = filesOf(incident).filter((key) => parseObjectKey(key).type === 'log')
  const located = keys.flatMap((key) =>
    parseLogFile(readFileSync(incident + key)).events.map((one) => ({ ...one, key })),
  )
  const unique = new Map(located.map((one) => [eventIdOf(one.event), one]))
  return [...unique.values()].sort((a, b) => eventTimeOf(a.event)!.localeCompare(eventTimeOf(b.event)!))
}

const rules = loadRules(
  filesOf(pathOf('rules'))
    .filter((path) => path.endsWith('.yml'))
    .map((path) => ({ path, text: readFileSync(pathOf('rules') + path, 'utf8') })),
).rules
const detector = makeDetector(rules)
const findings = eventsInOrder().flatMap((located) => detector.detect(located))
const serious = findings.filter(({ rule }) => atLeast(rule.level, 'medium'))
const stepOf = ({ event }: Finding): string | undefined =>
  story.find(({ eventID }) => eventID === event.eventID)?.step

describe('the shipped rules on the incident', () => {
  it.each([
    ['stolen-key-first-use', 'api-attack-tool-used'],
    ['recon-26-DescribeParameters', 'api-account-enumerated'],
    ['recon-32-ListClusters', 'iam-permissions-probed'],
    ['create-access-key', 'iam-access-key-created'],
    ['create-login-profile', 'iam-console-password-set'],
    ['attach-administrator-policy', 'iam-admin-policy-attached'],
    ['attach-administrator-policy', 'iam-administrator-created'],
    ['stop-logging', 'cloudtrail-trail-stopped'],
    ['delete-public-access-block', 's3-bucket-opened'],
    ['put-bucket-policy-public', 's3-bucket-opened'],
    ['share-snapshot', 'ec2-snapshot-shared'],
    ['open-security-group', 'ec2-security-group-opened'],
    ['failed-login-5', 'signin-console-guessed'],
    ['console-login-without-mfa', 'signin-mfa-skipped'],
    ['console-login-without-mfa', 'signin-guess-succeeded'],
  ])('%s: %s', (step, rule) => {
    const ids = serious.filter((finding) => stepOf(finding) === step).map((finding) => finding.rule.id)
    expect(ids).toContain(rule)
  })

  it('says nothing at medium or above about anything but the break-in', () => {
    const outside = serious.filter((finding) => [undefined, 'start-logging'].includes(stepOf(finding)))
    expect(outside.map(({ rule, event }) => `${rule.id}: ${event.eventName} ${event.eventID}`)).toEqual([])
  })

  it('says it in few words: no rule reports more than three times', () => {
    const counts = Object.entries(Object.groupBy(serious, ({ rule }) => rule.id))
    expect(counts.filter(([, list]) => list!.length > 3).map(([id]) => id)).toEqual([])
  })
})
