import { describe, expect, it } from 'vitest'
import { imbalances, reconciler } from '../../lib/store/reconcile.ts'

const kept = { outcome: 'kept', supersedesKept: false } as const

describe('reconciliation', () => {
  it('counts where every file and every record went', () => {
    const run = reconciler()
    for (let n = 0; n < 4; n++) run.fileListed()
    run.fileIngested(6)
    run.fileSkipped('not-gzip')
    run.fileSkipped('digest')
    run.fileSkipped('digest')
    run.eventSeen(kept)
    run.eventSeen(kept)
    run.eventSeen({ outcome: 'duplicate', supersedesKept: false })
    run.eventSeen({ outcome: 'superseded', supersedesKept: false })
    run.recordsRejected(2)
    expect(run.result()).toEqual({
      files: { listed: 4, ingested: 1, skipped: { 'not-gzip': 1, digest: 2 } },
      events: { read: 6, kept: 2, duplicate: 1, superseded: 1, rejected: 2 },
    })
    expect(imbalances(run.result())).toEqual([])
  })

  it('moves an event from kept to superseded when its correction arrives', () => {
    const run = reconciler()
    run.fileIngested(2)
    run.eventSeen(kept)
    run.eventSeen({ outcome: 'kept', supersedesKept: true })
    expect(run.result().events).toEqual({ read: 2, kept: 1, duplicate: 0, superseded: 1, rejected: 0 })
  })

  it('says which promise is broken', () => {
    const run = reconciler()
    run.fileListed()
    run.fileListed()
    run.fileIngested(3)
    run.eventSeen(kept)
    expect(imbalances(run.result())).toEqual([
      '2 files listed, but 1 ingested + 0 skipped',
      '3 records read, but 1 kept + 0 duplicate + 0 superseded + 0 rejected',
    ])
  })

  it('counts a reason that is called like a property of every object', () => {
    const run = reconciler()
    run.fileListed()
    run.fileSkipped('constructor')
    expect(run.result().files.skipped).toEqual({ constructor: 1 })
  })
})
