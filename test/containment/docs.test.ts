import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PLANNED_TYPES } from '../../lib/containment/actions/builders.ts'
import { CONDITION_NAMES } from '../../lib/containment/conditions.ts'
import { SAMPLES, SHIPPED, sampleAction } from './events.ts'

const page = readFileSync(new URL('../../docs/containment.md', import.meta.url), 'utf8')

/** Text below a heading, up to the next. */
const section = (heading: string): string => page.split(`\n### ${heading}\n`)[1]?.split('\n#')[0] ?? ''

describe('docs/containment.md', () => {
  it.each(PLANNED_TYPES)('says what %s does, needs, and how to undo it by hand', (type) => {
    expect(section(type)).toMatch(/Tier [012]/)
    expect(section(type)).toMatch(/^- Needs /m)
    expect(section(type)).toContain('- Breaks ')
    expect(section(type)).toMatch(/- Does not |^Tier 2\. Detaches/m)
    expect(section(type)).toMatch(/- Undo( by hand)?: `aws /)
  })

  it.each(Object.keys(SAMPLES))('gives the tier that is planned: %s', (name) => {
    const { type, tier } = sampleAction(name)
    expect(section(type).toLowerCase()).toContain(`tier ${tier}`)
  })

  it('names no action that does not exist', () => {
    const named = [...page.split('## The actions')[1]!.matchAll(/^### (\S+)$/gm)].map(([, type]) => type)
    expect(named.sort()).toEqual([...PLANNED_TYPES].sort())
  })

  it('lists every condition and every playbook', () => {
    for (const name of [...CONDITION_NAMES, ...SHIPPED.map((playbook) => playbook.name)]) {
      expect(page).toContain(`| \`${name}\` |`)
    }
  })

  it('says first that nothing is changed before it is approved, and what each mode of a stack does', () => {
    expect(page.split('\n')[2]).toMatch(/^\*\*Nothing is changed before a person approves it\*\*/)
    expect(page.split('\n## ')[0]).toMatch(/`observe`, which is the default; in `approve`.*\n.*`enforce`/)
    expect(page).not.toMatch(/still only plans|no function of this release/)
  })

  it('says what every state of an action means', () => {
    const states = readFileSync(new URL('../../lib/containment/entries.ts', import.meta.url), 'utf8')
      .split('export type ActionState =')[1]!
      .matchAll(/\| '([A-Z]+)'/g)
    const missing = [...states]
      .map(([, state]) => state!)
      .filter((state) => !page.includes(`${state} |`) && !page.includes(`${state},`))
    expect(missing).toEqual([])
  })
})
