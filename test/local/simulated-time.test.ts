import { expect, it } from 'vitest'
import { simulatedTime } from '../../lib/local/simulated-account/time.ts'

const START = '2026-10-14T14:12:00.000Z'

it('moves only when somebody sleeps, and tells the time that was slept', async () => {
  const time = simulatedTime(START, Number.POSITIVE_INFINITY)
  expect(time.now()).toBe(START)
  await time.sleep(90_500)
  expect(time.now()).toBe('2026-10-14T14:13:30.500Z')
})

it('lets everybody who is due work at their own time, in order', async () => {
  const time = simulatedTime(START, Number.POSITIVE_INFINITY)
  const seen: string[] = []
  const note = (name: string) => async () => void seen.push(`${name} ${time.now().slice(17, 23)}`)
  const stop = time.every(1000, note('a'), 500)
  time.every(1500, note('b'))
  await time.sleep(2000)
  stop()
  await time.sleep(1500)
  expect(seen).toEqual(['a 00.500', 'a 01.500', 'b 01.500', 'b 03.000'])
})
