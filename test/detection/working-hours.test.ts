import { describe, expect, it } from 'vitest'
import { makeBaseline } from '../../lib/detection/baseline/baseline.ts'
import { parseConfig } from '../../lib/detection/config.ts'
import { localClock, type WorkingHours } from '../../lib/detection/working-hours.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { call } from './baseline/calls.ts'

const hoursOf = (text: string): WorkingHours => parseConfig('t.yml', `workingHours: ${text}`).workingHours!
const BERLIN = hoursOf("{timezone: Europe/Berlin, from: '08:00', to: '18:00'}")
const at = (hours: WorkingHours, time: string) => localClock(hours)(Date.parse(time))

describe('working hours', () => {
  it('are off unless they are named, and from Monday to Friday unless days are', () => {
    expect(parseConfig('t.yml', 'attempts: true').workingHours).toBeUndefined()
    expect(BERLIN).toEqual({
      timezone: 'Europe/Berlin',
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      from: 480,
      to: 1080,
    })
  })

  it.each([
    ['Monday, in winter, eight by the clock there', '2026-01-05T07:00:00Z', 'Mon 08:00', true],
    ['a minute before', '2026-01-05T06:59:59Z', 'Mon 07:59', false],
    ['the last minute', '2026-01-05T16:59:59Z', 'Mon 17:59', true],
    ['the end', '2026-01-05T17:00:00Z', 'Mon 18:00', false],
    ['Saturday', '2026-01-10T11:00:00Z', 'Sat 12:00', false],
    ['Friday before summer time', '2026-03-27T07:00:00Z', 'Fri 08:00', true],
    ['Monday in summer time: eight is an hour earlier', '2026-03-30T06:00:00Z', 'Mon 08:00', true],
    ['the same UTC hour before the change', '2026-03-27T06:00:00Z', 'Fri 07:00', false],
    ['the end in summer time', '2026-03-30T16:00:00Z', 'Mon 18:00', false],
    ['the hour that does not exist', '2026-03-29T01:00:00Z', 'Sun 03:00', false],
    ['the hour that comes twice, the first time', '2026-10-25T00:30:00Z', 'Sun 02:30', false],
    ['the hour that comes twice, the second time', '2026-10-25T01:30:00Z', 'Sun 02:30', false],
    ['Monday after summer time', '2026-10-26T07:00:00Z', 'Mon 08:00', true],
    ['Monday there, Sunday in UTC', '2026-01-04T23:30:00Z', 'Mon 00:30', false],
  ])('follow the wall clock there: %s', (_what, time, clock, working) => {
    expect(at(BERLIN, time)).toMatchObject({ clock, working })
  })

  it.each([
    ['its evening', '2026-01-05T22:30:00Z', true],
    ['the morning after, already Tuesday', '2026-01-06T05:30:00Z', true],
    ['its end', '2026-01-06T06:00:00Z', false],
    ['the evening of a day that is not named', '2026-01-06T22:30:00Z', false],
    ['the morning of the day it begins on', '2026-01-05T05:30:00Z', false],
  ])('may reach into the next day: %s', (_what, time, working) => {
    const night = hoursOf("{timezone: UTC, days: [mon], from: '22:00', to: '06:00'}")
    expect(at(night, time).working).toBe(working)
  })

  it('may be all day, and in zones of half hours', () => {
    const allDay = hoursOf("{timezone: Asia/Kolkata, days: [sun], from: '00:00', to: '24:00'}")
    expect(at(allDay, '2026-01-03T18:29:59Z')).toEqual({
      date: '2026-01-03',
      clock: 'Sat 23:59',
      working: false,
    })
    expect(at(allDay, '2026-01-03T18:30:00Z')).toEqual({
      date: '2026-01-04',
      clock: 'Sun 00:00',
      working: true,
    })
    expect(at(allDay, '2026-01-04T18:29:59Z').working).toBe(true)
  })

  it.each([
    ['nine to five', 'workingHours: expected a map, found a string'],
    [
      "{timezone: Berlin, from: '08:00', to: '18:00'}",
      'workingHours.timezone: expected an IANA time zone such as Europe/Berlin, found "Berlin"',
    ],
    ["{timezone: '+01:00', from: '08:00', to: '18:00'}", 'workingHours.timezone: expected an IANA time zone'],
    [
      "{from: '08:00', to: '18:00'}",
      'workingHours.timezone: expected an IANA time zone such as Europe/Berlin, found nothing',
    ],
    [
      "{timezone: UTC, from: '8', to: '18:00'}",
      'workingHours.from: expected a time such as 08:00, found "8"',
    ],
    [
      "{timezone: UTC, from: '08:00', to: '24:30'}",
      'workingHours.to: expected a time such as 08:00, found "24:30"',
    ],
    [
      "{timezone: UTC, from: '08:00', to: '08:00'}",
      'workingHours.to: expected another time than from, found the same',
    ],
    [
      "{timezone: UTC, days: [monday], from: '08:00', to: '18:00'}",
      'workingHours.days: expected a list of sun, mon',
    ],
    ["{timezone: UTC, day: [mon], from: '08:00', to: '18:00'}", 'workingHours: unknown key day'],
  ])('are refused with what was expected: %s', (text, message) => {
    expect(() => hoursOf(text)).toThrow(message)
  })
})

describe('changes by hand outside them', () => {
  const observed = (
    events: readonly ReturnType<typeof call>[],
    workingHours: WorkingHours | undefined = BERLIN,
  ) => {
    const baseline = makeBaseline({}, { workingHours })
    for (const event of events) baseline.add(event)
    return baseline
      .observations()
      .filter(({ event }) => event.eventName === 'ConsoleChangedOffHours')
      .map(({ event }) => `${event.eventID} ${(event['baseline'] as { value: string }).value}`)
  }
  const NIGHT = '2026-01-06T01:00:00Z'
  const change = (time: string, eventID: string, event: CloudTrailEvent = {}) =>
    call(time, { eventID, sessionCredentialFromConsole: 'true', ...event })

  it.each<[string, CloudTrailEvent, number]>([
    ['a change in the console', {}, 1],
    [
      'an old event whose browser says so',
      { sessionCredentialFromConsole: undefined, userAgent: 'Mozilla/5.0 (X11)' },
      1,
    ],
    ['a call of a program', { sessionCredentialFromConsole: undefined }, 0],
    ['a look', { readOnly: true }, 0],
    ['a change that was denied', { errorCode: 'AccessDenied' }, 0],
    ['a sign-in', { eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin' }, 0],
    ['a service', { userIdentity: { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' } }, 0],
  ])('%s at night', (_what, event, expected) => {
    expect(observed([change(NIGHT, 'e-1', event)])).toHaveLength(expected)
  })

  it('are told once a person and day there, by the first, whatever the order', () => {
    const events = [
      change('2026-01-05T23:30:00Z', 'e-2'),
      change('2026-01-05T23:10:00Z', 'e-1'),
      change('2026-01-06T22:59:00Z', 'e-3'),
      change('2026-01-06T23:00:00Z', 'e-4'),
      change('2026-01-06T10:00:00Z', 'e-5'),
    ]
    const expected = ['e-1 Tue 00:10 Europe/Berlin', 'e-4 Wed 00:00 Europe/Berlin']
    expect(observed(events)).toEqual(expected)
    expect(observed([...events].reverse())).toEqual(expected)
  })

  it('are not told when no hours are named', () => {
    const baseline = makeBaseline()
    baseline.add(change(NIGHT, 'e-1'))
    expect(baseline.observations()).toEqual([])
  })

  it('are remembered between runs', () => {
    const baseline = makeBaseline({}, { workingHours: BERLIN })
    baseline.add(change(NIGHT, 'e-1'))
    const next = makeBaseline({}, { workingHours: BERLIN })
    next.absorb(JSON.parse(JSON.stringify(baseline.save(Date.parse(NIGHT)))))
    expect(next.observations().map(({ event }) => event.eventID)).toEqual(['e-1'])
    expect(baseline.save(Date.parse('2026-01-20T00:00:00Z')).people?.offHours).toEqual([])
  })
})
