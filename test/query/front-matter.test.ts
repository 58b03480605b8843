import { describe, expect, it } from 'vitest'
import { ContentError } from '../../lib/errors.ts'
import { parseFrontMatter } from '../../lib/query/front-matter.ts'
import { parsePackHead } from '../../lib/query/pack-head.ts'

const HEAD = 'name: q\ntitle: T\nquestion: Q?\n'

const failure = (yaml: string): [number | undefined, string] => {
  try {
    parseFrontMatter('queries/own/q.sql', `\n${HEAD}${yaml}`)
  } catch (error) {
    if (error instanceof ContentError) return [error.line, error.message]
    throw error
  }
  throw new Error('accepted')
}

describe('the front matter of a query', () => {
  it('stands for nothing that it does not say', () => {
    expect(parseFrontMatter('q.sql', HEAD)).toEqual({
      name: 'q',
      title: 'T',
      question: 'Q?',
      params: [],
      controls: [],
      covers: [],
      needs: ['management'],
      tags: [],
      notes: [],
    })
  })

  it('fills in the parameters nearly every query has', () => {
    const { params } = parseFrontMatter('q.sql', `${HEAD}params: [since, until]\n`)
    expect(params.map(({ name, type, default: value }) => [name, type, value])).toEqual([
      ['since', 'timestamp', '1970-01-01 00:00:00'],
      ['until', 'timestamp', '2999-12-31 00:00:00'],
    ])
  })

  it('keeps the order of its columns', () => {
    const { columns } = parseFrontMatter('q.sql', `${HEAD}columns: { b: string, a: integer, c: json }\n`)
    expect(Object.entries(columns!)).toEqual([
      ['b', 'string'],
      ['a', 'integer'],
      ['c', 'json'],
    ])
  })

  it.each([
    ['params: [from]\n', 5, 'params.0: expected since or until, or { name, type, description }, found from'],
    ['params:\n  - { name: a, type: text, description: d }\n', 6, 'params.0.type'],
    ['columns: { a: varchar }\n', 5, 'columns.a'],
    ['columns: { eventTime: timestamp }\n', 5, 'columns.eventTime'],
    ['columns: [a]\n', 5, 'columns'],
    ['severity: urgent\n', 5, 'severity'],
    ['needs: [config]\n', 5, 'needs.0'],
    ['finding: { summary: x }\n', 5, 'finding: expected a severity with it'],
    [
      "columns: { arn: string, eventid: string }\nseverity: low\nfinding:\n  summary: '{ARN} did {what}'\n",
      8,
      'finding.summary: expected a column of the query (arn, eventid), found {what}',
    ],
    [
      'columns: { arn: string }\nseverity: low\nfinding: { key: [arm], summary: x }\n',
      7,
      'finding.key: expected a column of the query (arn), found arm',
    ],
    [
      'columns: { arn: string }\nseverity: low\nfinding: { summary: x }\n',
      7,
      'finding: expected a key, because the query has no eventid',
    ],
  ])('refuses %j with file and line', (yaml, line, message) => {
    const [at, text] = failure(yaml)
    expect(text).toContain(message)
    expect(text.startsWith('queries/own/q.sql:')).toBe(true)
    expect(at).toBe(line)
  })
})

describe('the head of a pack', () => {
  it('has a title and says what it is about', () => {
    expect(parsePackHead('pack.yml', 'title: T\nabout: A\n')).toEqual({ title: 'T', about: 'A' })
  })

  it.each(['title: T', 'title: T\nabout: A\nextra: 1', '[', 'title: [T]\nabout: A'])('refuses %j', (text) => {
    expect(() => parsePackHead('queries/x/pack.yml', text)).toThrow('queries/x/pack.yml')
  })
})
