import type { ApiCall, Json } from '../action.ts'
import type { ApiAnswer } from '../ports.ts'

/** More pages than this are not read: nobody waits for them, and half a list is no answer. */
export const MOST_PAGES = 50

type Output = { readonly [name: string]: Json }

/** What an answer says there is more by, and the field of the next request that takes it. */
const TOKENS = [
  ['NextToken', 'NextToken'],
  ['nextToken', 'nextToken'],
  ['NextMarker', 'Marker'],
  ['Marker', 'Marker'],
] as const
const READS = /^(?:List|Describe|Get)[A-Z]/
/** Who asks for a size or a place gets what was asked for. */
const ASKED = ['NextToken', 'nextToken', 'Marker', 'MaxItems', 'MaxResults', 'MaxRecords', 'Limit']

/**
 * Makes a reading call and follows its pages: lists are joined, everything else is the first page's. More than `MOST_PAGES` are answered as the
 * error `TooManyPages`: what stands on none of the pages read may still be there. An error of a later page is the answer.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html
 */
export const allPages = async (
  call: ApiCall,
  send: (call: ApiCall) => Promise<ApiAnswer>,
): Promise<ApiAnswer> => {
  const first = await send(call)
  if (!READS.test(call.operation) || ASKED.some((name) => name in call.input)) return first
  let answer = first
  for (let page = 1; ; page++) {
    if ('error' in answer) return answer
    const more = nextOf(answer.output)
    if (!more) return answer
    if (page >= MOST_PAGES)
      return { error: 'TooManyPages', message: `${call.operation}: more than ${MOST_PAGES} pages` }
    const next = await send({ ...call, input: { ...call.input, ...more } })
    if ('error' in next) return next
    answer = { ...answer, output: joined(answer.output as Output, next.output as Output) }
  }
}

const nextOf = (output: Json): Output | undefined => {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return undefined
  const fields = output as Output
  if (fields['IsTruncated'] === false || fields['Truncated'] === false) return undefined
  for (const [answered, asked] of TOKENS) {
    const token = fields[answered]
    if (typeof token === 'string' && token !== '') return { [asked]: token }
  }
  return undefined
}

/** Whether there is more, the later page says. */
const ABOUT_PAGES = new Set<string>(['IsTruncated', 'Truncated', ...TOKENS.map(([answered]) => answered)])

const joined = (before: Output, after: Output): Output => {
  const kept = Object.entries(before).flatMap(([name, value]): [string, Json][] => {
    if (ABOUT_PAGES.has(name)) return []
    const rest = after[name]
    return [[name, Array.isArray(value) && Array.isArray(rest) ? [...value, ...rest] : value]]
  })
  const added = Object.entries(after).filter(([name]) => ABOUT_PAGES.has(name) || !(name in before))
  return Object.fromEntries([...kept, ...added])
}
