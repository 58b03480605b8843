import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { ContainmentAction } from '../../lib/action.ts'
import { SAMPLES, sampleAction } from './events.ts'

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const SCRIPT = pathOf('./check_models.py')

const runs = (python: string): boolean => {
  try {
    execFileSync(python, ['-c', 'import botocore, jmespath'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A Python that has botocore: the one of the emulator tests, else the machine's. */
const PYTHON = [pathOf('../../.venv/bin/python'), 'python3'].find(runs)

const complaintsAbout = (actions: Readonly<Record<string, ContainmentAction>>): readonly string[] =>
  JSON.parse(execFileSync(PYTHON!, [SCRIPT], { input: JSON.stringify(actions), encoding: 'utf8' }))

describe.skipIf(!PYTHON)(
  `against botocore's models of the APIs${PYTHON ? '' : ' (needs a Python with botocore: pip install -r test/e2e/requirements.txt)'}`,
  () => {
    it('makes only calls that exist, with fields, values and error codes that exist', () => {
      const actions = Object.fromEntries(Object.keys(SAMPLES).map((name) => [name, sampleAction(name)]))
      expect(complaintsAbout(actions)).toEqual([])
    }, 120_000)

    it('notices a field, a value, a query and an error code that do not exist', () => {
      const sound = sampleAction('key of the caller')
      const [call] = sound.calls
      const wrong: ContainmentAction = {
        ...sound,
        calls: [{ ...call!, input: { UserName: 'a', AccessKey: 'x', Status: 'Off' } }],
        done: [{ ...sound.done![0]!, query: 'AccessKeys[0].Status', orErrors: ['NotThere'] }],
      }
      const complaints = complaintsAbout({ wrong }).join('\n')
      expect(complaints).toContain('Missing required parameter in input: "AccessKeyId"')
      expect(complaints).toContain('Unknown parameter in input: "AccessKey"')
      expect(complaints).toContain("'Off' is none of")
      expect(complaints).toContain('its answer has no AccessKeys')
      expect(complaints).toContain('never answers NotThere')
    }, 120_000)
  },
)
