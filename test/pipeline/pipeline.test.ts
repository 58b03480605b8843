import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { loadRules } from '../../lib/detection/rules.ts'
import { noPublicKeys } from '../../lib/integrity/public-keys.ts'
import { pipeline } from '../../lib/pipeline.ts'
import type { Quarantined } from '../../lib/reading.ts'
import { memoryLogStore } from '../support/signed-trail.ts'

const RULE = `
title: Trail stopped
id: 6b0ac4b5-6f0f-4c1f-9d5e-5d1a0b6f9a01
logsource: { product: aws, service: cloudtrail }
detection: { selection: { eventName: StopLogging }, condition: selection }
level: high
`

const event = (eventName: string) => ({
  eventVersion: '1.11',
  eventID: 'e-1',
  eventTime: '2026-10-14T13:00:00Z',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName,
  awsRegion: 'us-east-1',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', principalId: 'AIDAEXAMPLE', accountId: '111122223333' },
})

const key = (unique: string) =>
  `AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/14/111122223333_CloudTrail_us-east-1_20261014T1305Z_${unique.padEnd(16, '0')}.json.gz`

const run = async (files: Record<string, unknown[]>) => {
  const objects = new Map(
    Object.entries(files).map(([unique, Records]) => [
      key(unique),
      { bytes: gzipSync(JSON.stringify({ Records })), metadata: {} },
    ]),
  )
  const quarantined: Quarantined[] = []
  const world = {
    logs: memoryLogStore(objects),
    layout: 'bucket' as const,
    publicKeys: noPublicKeys(),
    clock: { now: () => '2026-10-15T00:00:00.000Z' },
  }
  const content = { rules: loadRules([{ path: 'rule.yml', text: RULE }]).rules, playbooks: [] }
  return {
    ...(await pipeline(world, content, { onQuarantined: (one) => quarantined.push(one) })),
    quarantined,
  }
}

describe('the pipeline', () => {
  it('reports an event once, however often it was delivered', async () => {
    const { findings, counts } = await run({ a: [event('StopLogging')], b: [event('StopLogging')] })
    expect(findings.map(({ events }) => events)).toEqual([['e-1']])
    expect(counts.events).toMatchObject({ read: 2, kept: 1, duplicate: 1 })
  })

  it('still looks at the real event when a planted one took its id before it, and shows both', async () => {
    const { findings, counts, quarantined } = await run({
      a: [event('DescribeTrails')],
      b: [event('StopLogging')],
    })
    expect(findings.map(({ source }) => source.key)).toEqual([key('b')])
    expect(counts.events).toMatchObject({ read: 2, kept: 1, duplicate: 1 })
    expect(quarantined).toMatchObject([
      { reason: 'same-id-other-content', index: 0, event: { eventName: 'StopLogging' } },
    ])
  })
})
