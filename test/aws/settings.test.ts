import { describe, expect, it } from 'vitest'
import { settingsOf } from '../../lib/aws/settings.ts'
import { UsageError } from '../../lib/errors.ts'

const messageOf = (names: Parameters<typeof settingsOf>[0], environment: Record<string, string>): string => {
  try {
    settingsOf(names, environment)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return ''
}

describe('settings', () => {
  it('reads what a function names, with defaults, frozen', () => {
    const settings = settingsOf(['logBucket', 'minLevel', 'knownAccounts', 'packHours'], {
      TRAILWARDEN_LOG_BUCKET: 'trail-bucket',
      TRAILWARDEN_KNOWN_ACCOUNTS: '111122223333, 444455556666,',
      TRAILWARDEN_PACK_HOURS: '6',
      PATH: '/bin',
    })
    expect(settings).toEqual({
      logBucket: 'trail-bucket',
      minLevel: 'low',
      knownAccounts: ['111122223333', '444455556666'],
      packHours: 6,
    })
    expect(Object.isFrozen(settings)).toBe(true)
  })

  it('lists everything that is wrong at once, with what was expected and found', () => {
    const message = messageOf(['logBucket', 'database', 'minLevel', 'topic', 'packHours'], {
      TRAILWARDEN_LOG_BUCKET: 'x',
      TRAILWARDEN_MIN_LEVEL: 'loud',
      TRAILWARDEN_TOPIC: 'topic',
      TRAILWARDEN_PACK_HOURS: 'many',
    })
    expect(message).toContain('TRAILWARDEN_LOG_BUCKET: expected at least 3 characters, found "x"')
    expect(message).toContain('TRAILWARDEN_DATABASE: expected text, found nothing')
    expect(message).toContain(
      'TRAILWARDEN_MIN_LEVEL: expected one of informational, low, medium, high, critical, found "loud"',
    )
    expect(message).toContain('TRAILWARDEN_TOPIC: expected text that starts with "arn:", found "topic"')
    expect(message).toContain('TRAILWARDEN_PACK_HOURS: expected a number, found "many"')
  })

  it('refuses a variable of ours that is no setting', () => {
    expect(messageOf([], { TRAILWARDEN_LOGBUCKET: 'x' })).toMatch(
      /TRAILWARDEN_LOGBUCKET: is no setting; there are TRAILWARDEN_LOG_BUCKET/,
    )
  })

  it('observes unless told otherwise, and knows no other modes than three', () => {
    expect(settingsOf(['mode'], {}).mode).toBe('observe')
    for (const mode of ['observe', 'approve', 'enforce'])
      expect(settingsOf(['mode'], { TRAILWARDEN_MODE: mode }).mode).toBe(mode)
    expect(() => settingsOf(['mode'], { TRAILWARDEN_MODE: 'Enforce' })).toThrow(
      'expected one of observe, approve, enforce, found "Enforce"',
    )
  })
})
