import { expect, it } from 'vitest'
import { usualJobs } from '../../bin/examine-threads.ts'
import { trailwarden as run } from '../support/cli.ts'

const withoutProgress = (text: string): string => text.replace(/^.*reading objects.*$/gm, '')

it.each(['examples/incident', 'examples/incident-tampered'])(
  'scan of %s says the same with three threads as with one',
  async (folder) => {
    const [one, three] = [
      await run(['scan', folder, '--format', 'jsonl', '--jobs', '1']),
      await run(['scan', folder, '--format', 'jsonl', '--jobs', '3']),
    ]
    expect(one.stdout).not.toBe('')
    expect(three.stdout).toBe(one.stdout)
    expect(withoutProgress(three.stderr)).toBe(withoutProgress(one.stderr))
    expect(three.status).toBe(one.status)
  },
)

it('a number of threads that is none is refused', async () => {
  const { status, stderr } = await run(['scan', 'examples/incident', '--jobs', 'many'])
  expect(status).toBe(2)
  expect(stderr).toContain('expected a number of threads from 1 to 64')
})

it('threads are the default from four cores on, and leave one core', () => {
  expect([1, 2, 3, 4, 5, 16].map(usualJobs)).toEqual([1, 1, 1, 3, 4, 4])
})
