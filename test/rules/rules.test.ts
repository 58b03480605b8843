import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runCases } from '../../lib/detection/cases.ts'
import { costsEveryEvent } from '../../lib/detection/index.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const files = shippedRuleFiles()
const { rules, rejected, ignored } = loadRules(files)
const own = rules.filter((rule) => rule.own)
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('shipped rules', () => {
  it('all load', () => {
    expect(rejected).toEqual([])
    expect(ignored).toEqual({})
    expect(own).toHaveLength(files.length)
  })

  it('are called like their file', () => {
    for (const rule of own)
      expect([`rules/${rule.ref.id}.yml`, rule.ref.id]).toEqual([rule.file, rule.sigma.name])
  })

  it('have an id of their own in the Sigma world', () => {
    const ids = rules.map((rule) => rule.sigma.id ?? '')
    for (const id of ids) expect(id).toMatch(UUID4)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each(own.map((rule) => [rule.ref.id, rule] as const))('%s has all its parts', (_id, rule) => {
    const { raw } = rule.sigma
    for (const key of [
      'title',
      'status',
      'description',
      'author',
      'date',
      'falsepositives',
      'references',
      'level',
    ]) {
      expect(raw, key).toHaveProperty(key)
    }
    for (const text of raw['falsepositives'] as unknown[]) expect(text).toBeTypeOf('string')
    expect(rule.own?.why).toBeTruthy()
    expect(rule.ref.tags.some((tag) => /^attack\.t\d{4}(\.\d{3})?$/.test(tag))).toBe(true)
    expect(rule.ref.tags.join()).not.toMatch(/t1562|defense-evasion/)
    expect(rule.ref.title.length).toBeLessThanOrEqual(80)
    expect(rule.own?.cases.some((one) => one.fires)).toBe(true)
    expect(rule.own?.cases.some((one) => !one.fires)).toBe(true)
  })

  it('only a few cost every event', () => {
    const costly = rules
      .filter((rule) => rule.kind === 'event' && costsEveryEvent(rule))
      .map((rule) => rule.ref.title)
    expect(costly.sort()).toEqual([
      'Attack tool or distribution in the user agent',
      'Call denied',
      'Root user API activity',
    ])
  })

  it('name playbooks that exist', () => {
    const folder = new URL('../../playbooks/', import.meta.url)
    const playbooks = new Set(readdirSync(folder).map((name) => name.replace(/\.[a-z]+$/, '')))
    const missing = own
      .filter((rule) => rule.ref.playbook && !playbooks.has(rule.ref.playbook))
      .map((rule) => rule.ref)
    expect(missing).toEqual([])
  })
})

describe('the pack of CIS monitoring controls', () => {
  const folder = new URL('../../rules/cis/', import.meta.url)
  const packed = readdirSync(folder).map((name) => ({
    path: `rules/cis/${name}`,
    text: readFileSync(new URL(name, folder), 'utf8'),
  }))
  const pack = loadRules([...files, ...packed], { packs: ['cis'] })

  it('is loaded when asked for only', () => {
    expect(pack.rejected).toEqual([])
    expect(loadRules(packed).rules).toEqual([])
    expect(loadRules(packed).packs).toEqual({ cis: packed.length })
  })

  it('covers all fifteen controls in every version of the benchmark, with rules that already say the same', () => {
    const tags = new Set(pack.rules.flatMap(({ ref }) => ref.tags))
    const controls = Array.from({ length: 15 }, (_, i) => i + 1)
    for (const version of ['1.3', '1.4', '1.5', '2.0', '3.0', '4.0', '5.0']) {
      expect(controls.filter((n) => !tags.has(`cis.v${version}-4.${n}`))).toEqual([])
    }
    expect(controls.filter((n) => !tags.has(`cis.v6.0-5.${n}`))).toEqual([])
    expect(controls.filter((n) => !tags.has(`cis.v1.2-3.${n}`))).toEqual([15])
    expect(controls.filter((n) => !tags.has(`securityhub.cloudwatch-${n}`))).toEqual([15])
  })

  it.each(
    runCases(pack.rules)
      .filter(({ rule }) => rule.startsWith('cis-'))
      .map((result) => [`${result.rule} ${result.case}`, result] as const),
  )('%s', (_name, result) => {
    expect(result.fired).toBe(result.expected)
  })
})

describe('cases of shipped rules', () => {
  it.each(runCases(rules).map((result) => [`${result.rule} ${result.case}`, result] as const))(
    '%s',
    (_name, result) => {
      expect(result.fired).toBe(result.expected)
    },
  )
})
