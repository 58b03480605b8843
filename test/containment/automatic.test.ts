import { describe, expect, it } from 'vitest'
import { automaticTypes } from '../../lib/containment/automatic.ts'
import { isAccountWide } from '../../lib/containment/decide.ts'
import { SAMPLES, sampleAction } from './events.ts'

describe('what the owner lets go on its own', () => {
  it('names actions there are', () => {
    expect(automaticTypes(['deny-role', 'isolate-instance'])).toEqual(['deny-role', 'isolate-instance'])
    expect(() => automaticTypes(['deny-roles'])).toThrow(
      /automatic: expected types of actions, found deny-roles; there are .*deny-role,/,
    )
  })

  it('never names one that always reaches a whole account', () => {
    const samples = Map.groupBy(Object.keys(SAMPLES).map(sampleAction), ({ type }) => type)
    const wide = [...samples].filter(([, actions]) => actions.every(isAccountWide)).map(([type]) => type)
    expect(wide.length).toBeGreaterThan(0)
    for (const type of wide)
      expect(() => automaticTypes([type]), type).toThrow(/two people approve it, always/)
  })
})
