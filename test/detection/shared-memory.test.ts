import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadRules } from '../../lib/detection/rules.ts'
import { detectTogether } from '../../lib/detection/shared-memory.ts'
import type { HitStore, LocatedEvent } from '../../lib/ports.ts'
import { memoryHits } from '../support/memory-hits.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const shipped = loadRules(shippedRuleFiles()).rules
const now = '2026-11-24T12:00:00.000Z'

/** Denied calls of one key, ten seconds apart: the fifteenth is one too many. */
const denied = (n: number, from = 0): readonly LocatedEvent[] =>
  Array.from({ length: n }, (_, i) => ({
    key: `file-${i}`,
    index: i,
    event: {
      eventID: `denied-${String(from + i).padStart(3, '0')}`,
      eventTime: new Date(Date.parse('2026-11-24T10:00:00Z') + (from + i) * 10_000).toISOString(),
      eventSource: 's3.amazonaws.com',
      eventName: 'GetBucketPolicy',
      errorCode: 'AccessDenied',
      recipientAccountId: '111122223333',
      sourceIPAddress: '192.0.2.7',
      requestParameters: { bucketName: `b${i}` },
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice' },
    },
  }))

const invoke = (hits: HitStore, events: readonly LocatedEvent[]) =>
  detectTogether(shipped, { knownAccounts: [] }, { hits, now }, events)

/** One invocation after the other; ids of what they find. */
const invokeAll = async (hits: HitStore, invocations: readonly (readonly LocatedEvent[])[]) => {
  const ids: string[] = []
  for (const events of invocations) {
    const { findings, commit } = await invoke(hits, events)
    ids.push(...findings.map(({ id }) => id))
    await commit()
  }
  return ids
}

const EXPECTED = 'iam-call-denied-in-burst#denied-014'

describe('correlations across invocations', () => {
  it('count hits that came one by one', async () => {
    expect(
      await invokeAll(
        memoryHits(),
        denied(14).map((one) => [one]),
      ),
    ).toEqual([])
    expect(
      await invokeAll(
        memoryHits(),
        denied(15).map((one) => [one]),
      ),
    ).toEqual([EXPECTED])
  })

  it('make the same finding once, whatever the order and however they are delivered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...denied(15)], { minLength: 15 }),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 15, maxLength: 15 }),
        async (events, sizes) => {
          const rest = [...events]
          const invocations = sizes.map((size) => rest.splice(0, size)).filter((some) => some.length > 0)
          expect(await invokeAll(memoryHits(), invocations)).toEqual([EXPECTED])
        },
      ),
      { numRuns: 50 },
    )
  })

  it('lose no hit when all invocations run at once', async () => {
    const hits = memoryHits()
    const detected = await Promise.all(denied(15).map((one) => invoke(hits, [one])))
    const ids = detected.flatMap(({ findings }) => findings.map(({ id }) => id))
    expect(new Set(ids)).toEqual(new Set([EXPECTED]))
  })

  it('carry every event in the finding, and who it was', async () => {
    const hits = memoryHits()
    const [late, ...others] = denied(15)
    await invokeAll(
      hits,
      others.map((one) => [one]),
    )
    const { findings } = await invoke(hits, [late!])
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({
      id: EXPECTED,
      time: '2026-11-24T10:02:20.000Z',
      event: { eventName: 'GetBucketPolicy', sourceIPAddress: '192.0.2.7' },
      actor: { actor: 'arn:aws:iam::111122223333:user/alice' },
      source: { key: 'file-14', index: 14 },
    })
    expect(findings[0]?.events).toHaveLength(15)
  })

  it('repeat the finding, under its id, when nobody could say that it was reported', async () => {
    const hits = memoryHits()
    const first = await invoke(hits, denied(15))
    const again = await invoke(hits, denied(15).slice(14))
    expect([first, again].map(({ findings }) => findings.map(({ id }) => id))).toEqual([
      [EXPECTED],
      [EXPECTED],
    ])
  })

  it('are silent about deliveries and hits of a window that was reported', async () => {
    const hits = memoryHits()
    await invokeAll(hits, [denied(15)])
    expect(await invokeAll(hits, [denied(15), denied(10, 15)])).toEqual([])
  })

  it('count different values that are far apart in the file', async () => {
    const events = [
      'ListUsers',
      'ListRoles',
      'ListGroups',
      'ListPolicies',
      'GetAccountSummary',
      'ListAccessKeys',
      'ListMFADevices',
      'ListAccountAliases',
    ].map(
      (eventName, i): LocatedEvent => ({
        ...denied(1)[0]!,
        event: { ...denied(8)[i]!.event, eventSource: 'iam.amazonaws.com', eventName },
      }),
    )
    expect(
      await invokeAll(
        memoryHits(),
        events.toReversed().map((one) => [one]),
      ),
    ).toEqual(['iam-permissions-probed#denied-007'])
  })
})
