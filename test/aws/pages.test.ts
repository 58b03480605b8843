import { describe, expect, it } from 'vitest'
import type { ApiCall, Json } from '../../lib/action.ts'
import { allPages, MOST_PAGES } from '../../lib/aws/pages.ts'
import { isBlind } from '../../lib/containment/look.ts'

const call = (operation: string, input: ApiCall['input'] = {}): ApiCall => ({
  service: 'iam',
  operation,
  input,
})
/** Answers page by page, and remembers what was asked. */
const server = (...pages: readonly Json[]) => {
  const asked: ApiCall['input'][] = []
  const send = async ({ input }: ApiCall) => {
    asked.push(input)
    return { output: pages[Math.min(asked.length, pages.length) - 1]! }
  }
  return { asked, send }
}

describe('pages of what is read', () => {
  it.each([
    ['IAM', { IsTruncated: true, Marker: 'm' }, { IsTruncated: false }, { Marker: 'm' }],
    ['Lambda', { NextMarker: 'm' }, {}, { Marker: 'm' }],
    ['EC2', { NextToken: 'm' }, { NextToken: '' }, { NextToken: 'm' }],
    ['CloudTrail and others', { nextToken: 'm' }, {}, { nextToken: 'm' }],
  ])('are joined as %s gives them', async (_of, more, end, next) => {
    const { asked, send } = server({ List: [1], Owner: 'a', ...more }, { List: [2], ...end })
    const answer = await allPages(call('ListThings', { UserName: 'u' }), send)
    expect(answer).toEqual({ output: { List: [1, 2], Owner: 'a', ...end } })
    expect(asked).toEqual([{ UserName: 'u' }, { UserName: 'u', ...next }])
  })

  it('end in an error that leaves the state unknown when there are too many', async () => {
    const { asked, send } = server({ List: [1], NextToken: 'm' })
    const answer = await allPages(call('DescribeThings'), send)
    expect(answer).toMatchObject({ error: 'TooManyPages' })
    expect(isBlind(answer)).toBe(true)
    expect(asked).toHaveLength(MOST_PAGES)
  })

  it('are left alone for calls that change something, or ask for a page', async () => {
    const { asked, send } = server({ NextToken: 'm' })
    await allPages(call('UpdateThing'), send)
    await allPages(call('ListThings', { MaxItems: 1 }), send)
    expect(asked).toHaveLength(2)
  })
})
