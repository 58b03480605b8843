import { describe, expect, it } from 'vitest'
import { ContentError } from '../../lib/errors.ts'
import { parseQuery } from '../../lib/query/pack.ts'
import { compileQuery } from '../../lib/query/run-query.ts'
import { catalog } from '../support/query-store.ts'

const FRONT = `/*---
name: calls-of-a-day
title: Calls of a day
question: Which calls were made that day?
params:
  - { name: day, type: date, description: the day }
  - { name: top, type: integer, default: 5, description: how many }
tags: [overview]
---*/
`
const query = parseQuery(
  'queries/own/calls.sql',
  `${FRONT}SELECT eventName FROM events WHERE date(eventTime) = :day AND recordIndex < :top`,
)

const failure = (text: string): ContentError => {
  try {
    parseQuery('queries/own/q.sql', text)
  } catch (error) {
    if (error instanceof ContentError) return error
    throw error
  }
  throw new Error('accepted')
}

describe('a query file', () => {
  it('is read with its parameters, and defaults become text', () => {
    expect(query).toMatchObject({ name: 'calls-of-a-day', tags: ['overview'], notes: [] })
    expect(query.params.map(({ default: value }) => value)).toEqual([undefined, '5'])
  })

  it('binds typed values', () => {
    const { sql } = compileQuery({ catalog, query, params: { day: '2024-01-02' } }, 'athena')
    expect(sql).toContain(
      "date(events.eventtime) = DATE '2024-01-02' AND events.recordindex < CAST(5 AS bigint)",
    )
  })

  it.each([
    [{}, 'calls-of-a-day needs the parameter day (date): the day'],
    [{ day: 'monday' }, 'parameter day of calls-of-a-day: expected a date'],
    [{ day: '2024-01-02', tpo: '1' }, 'has no parameter tpo; did you mean top?'],
    [{ day: '2024-01-02', top: "1' OR '1'='1" }, 'expected a bigint'],
  ])('refuses the values %j', (params, message) => {
    expect(() => compileQuery({ catalog, query, params }, 'athena')).toThrow(message)
  })

  it.each([
    ['SELECT 1', 1, 'expected a front matter'],
    ['/*---\nname: x\n', 1, 'never closed'],
    ['/*---\nname: [\n---*/\nSELECT 1', 3, 'front matter'],
    ['/*---\nname: Bad Name\ntitle: t\nquestion: q\n---*/\nSELECT 1', 2, 'name: expected kebab-case'],
    ['/*---\nname: x\ntitle: t\nquestion: q\ncolour: red\n---*/\nSELECT 1', 1, 'colour'],
    [
      '/*---\nname: x\ntitle: t\nquestion: q\nparams:\n  - { name: a, type: text, description: d }\n---*/\nSELECT :a',
      6,
      'params.0.type',
    ],
    ['/*---\nname: x\ntitle: t\nquestion: q\n---*/\nSELECT\n  :since', 7, ':since is used but not declared'],
    ["/*---\nname: x\ntitle: t\nquestion: q\n---*/\nSELECT\n 'abc", 7, 'never closed'],
  ])('is refused with file and line: %j', (text, line, message) => {
    const error = failure(text)
    expect([error.file, error.line]).toEqual(['queries/own/q.sql', line])
    expect(error.message).toContain(message)
  })

  it('is refused when a declared parameter is not used', () => {
    const text =
      '/*---\nname: x\ntitle: t\nquestion: q\nparams:\n  - { name: a, type: string, description: d }\n---*/\nSELECT 1'
    expect(failure(text).message).toContain(':a is not used')
  })

  it('keeps its own lines in the compiler’s messages', () => {
    const wrong = parseQuery(
      'q.sql',
      '/*---\nname: x\ntitle: t\nquestion: q\n---*/\nSELECT evenName\nFROM events',
    )
    expect(() => compileQuery({ catalog, query: wrong }, 'duckdb')).toThrow('line 6, column 8')
  })
})
