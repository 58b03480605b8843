import { describe, expect, it } from 'vitest'
import { renderRows } from '../../lib/query/render.ts'

const rows = [
  { a: '=HYPERLINK("http://x")', b: null },
  { a: 'x,"y"\nz', b: '-1' },
]

describe('rows as text', () => {
  it('cannot act as a formula in CSV', () => {
    expect(renderRows('csv', ['a', 'b'], rows)).toBe(`a,b\n"'=HYPERLINK(""http://x"")",\n"x,""y""\nz",'-1\n`)
  })

  it.each(['=1', '+1', '-1', '@a', '\ta', '\ra'])('quotes a leading %j', (value) => {
    expect(renderRows('csv', ['v'], [{ v: value }])).toContain(`'${value}`)
  })

  it('keep nulls and the order of the columns in JSON', () => {
    expect(JSON.parse(renderRows('json', ['b', 'a'], rows))).toEqual([
      { b: null, a: '=HYPERLINK("http://x")' },
      { b: '-1', a: 'x,"y"\nz' },
    ])
    expect(renderRows('jsonl', ['b', 'a'], rows.slice(0, 1))).toBe(
      '{"b":null,"a":"=HYPERLINK(\\"http://x\\")"}\n',
    )
  })

  it('are a header alone when there are none', () => {
    expect(renderRows('csv', ['a', 'b'], [])).toBe('a,b\n')
    expect(renderRows('json', ['a'], [])).toBe('[]\n')
    expect(renderRows('jsonl', ['a'], [])).toBe('')
  })
})
