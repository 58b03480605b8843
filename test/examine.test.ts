import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadRules } from '../lib/detection/rules.ts'
import { type Examiners, type ExaminerThread, examineEvents } from '../lib/examine.ts'
import { makeExaminer } from '../lib/examiner.ts'
import { inspectionMemory } from '../lib/integrity/inspection-memory.ts'
import { lookThrough } from '../lib/look-through.ts'
import type { Quarantined } from '../lib/reading.ts'
import { logFile, logKey, memoryBucket } from './support/memory-logs.ts'

const { rules } = loadRules([
  {
    path: 'r.yml',
    text: `
title: Refused
id: 11111111-0000-4000-8000-000000000001
name: refused
level: low
logsource: {product: aws, service: cloudtrail}
detection: {s: {errorCode: AccessDenied}, condition: s}
---
title: Refused again and again
id: 11111111-0000-4000-8000-000000000002
level: high
correlation: {type: event_count, rules: [refused], group-by: [userIdentity.arn], timespan: 1h, condition: {gte: 3}, generate: true}
`,
  },
])

/** An examiner as another thread would be: answers late, and hands out copies. */
const apart = (late: () => number): ExaminerThread => {
  const examiner = makeExaminer(rules, { layout: 'bucket' })
  let before: Promise<unknown> = Promise.resolve()
  const later = <T>(work: () => T): Promise<T> => {
    const answer = before.then(() => new Promise<void>((done) => setTimeout(done, late()))).then(work)
    before = answer.catch(() => {})
    return answer.then((value) => structuredClone(value))
  }
  return {
    decode: (objects) => later(() => examiner.decode(objects)),
    examine: (fates) => later(() => examiner.examine(fates)),
    learned: () => later(() => examiner.learned()),
  }
}

const examinersOf = (threads: number, threadsFrom: number, delays: readonly number[]): Examiners => {
  let turn = 0
  const late = () => delays[turn++ % delays.length] ?? 0
  return { here: apart(late), threadsFrom, open: () => Array.from({ length: threads }, () => apart(late)) }
}

const looked = async (objects: ReadonlyMap<string, Uint8Array>, examiners?: Examiners) => {
  const quarantined: Quarantined[] = []
  const inspected = inspectionMemory()
  const found = await lookThrough(memoryBucket(objects), rules, inspected, {
    onQuarantined: (one) => quarantined.push(one),
    ...(examiners && { examiners }),
  })
  return { ...found, quarantined, inspected: [...objects.keys()].map((key) => inspected.get(key)) }
}

const event = fc
  .record({
    id: fc.integer({ min: 0, max: 25 }),
    minute: fc.integer({ min: 0, max: 59 }),
    user: fc.constantFrom('a', 'b'),
    denied: fc.boolean(),
    /** A correction of this id. */
    corrects: fc.option(fc.integer({ min: 0, max: 25 }), { freq: 6 }),
  })
  .map(({ id, minute, user, denied, corrects }) => ({
    eventID: `id-${id}`,
    eventTime: `2026-11-01T10:${String(minute).padStart(2, '0')}:00Z`,
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    recipientAccountId: '111122223333',
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/${user}` },
    ...(denied && { errorCode: 'AccessDenied' }),
    ...(corrects !== null && { addendum: { reason: 'UPDATED_DATA', originalEventID: `id-${corrects}` } }),
  }))

const content = fc.oneof(
  { weight: 8, arbitrary: fc.array(event, { maxLength: 8 }).map(logFile) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array([1, 2, 3])) },
  { weight: 1, arbitrary: fc.constant(logFile([{ eventID: 'no time' }, 7])) },
)

describe('files that several examiners look at', () => {
  it('give the counts, findings and quarantine of one, in its order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(content, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(0, 300),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 7 }),
        async (contents, threads, threadsFrom, delays) => {
          const objects = new Map(
            contents.map((bytes, n) => [logKey('111122223333', '2026-11-01', n), bytes]),
          )
          objects.set('AWSLogs/111122223333/CloudTrail/readme.txt', new Uint8Array([9]))
          expect(await looked(objects, examinersOf(threads, threadsFrom, delays))).toEqual(
            await looked(objects),
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  it('count what is told at the end of every thread', async () => {
    const objects = new Map(
      Array.from({ length: 200 }, (_, n) => [
        logKey('111122223333', '2026-11-01', n),
        logFile([
          {
            eventID: `e${n}`,
            eventTime: '2026-11-01T10:00:00Z',
            eventName: 'GetObject',
            eventSource: 's3.amazonaws.com',
          },
        ]),
      ]),
    )
    const { counts, activity } = await looked(objects, examinersOf(3, 1, [0]))
    expect(counts.events).toMatchObject({ read: 200, kept: 200 })
    expect(activity.events).toBe(200)
  })

  it('end with the error of a thread that is lost', async () => {
    const lost: ExaminerThread = {
      decode: () => Promise.reject(new Error('out of memory')),
      examine: () => Promise.reject(new Error('not reached')),
      learned: () => Promise.reject(new Error('not reached')),
    }
    const objects = new Map([[logKey('111122223333', '2026-11-01', 1), logFile([])]])
    const examining = examineEvents(
      memoryBucket(objects).logs,
      { here: lost, threadsFrom: 1e9, open: () => [] },
      {} as never,
      { layout: 'bucket' },
    )
    await expect(examining).rejects.toThrow('out of memory')
  })
})
