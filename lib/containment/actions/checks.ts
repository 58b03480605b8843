import type { ApiCall, Check, Condition, Json } from '../../action.ts'
import { iamRegion, type Partition } from '../ids.ts'

/**
 * Small words for the data of an action. Queries are JMESPath as `--query` of the AWS CLI takes it; whatever stands between quotes
 * in one has passed a shape of `ids.ts` that knows no quotes.
 */

/** Longest life of a session a user can make (GetSessionToken, GetFederationToken), in seconds. */
export const USER_SESSION_SECONDS = 36 * 3600
/** Longest session of a role, and an hour. */
export const ROLE_SESSION_SECONDS = 13 * 3600

/** That the answer to `call` gives `equals`, or is one of `orErrors`. */
export const check = (call: ApiCall, query: string, equals: Json, ...orErrors: readonly string[]): Check => ({
  call,
  query,
  equals,
  ...(orErrors.length > 0 && { orErrors }),
})

/** What `query` gives of the answer number `snapshot`. */
export const fromSnapshot = (snapshot: number, query: string) => ({ $from: { snapshot, query } })

/** What `query` gives of the answer to changing call number `call`. */
export const fromCall = (call: number, query: string) => ({ $from: { call, query } })

/** Part of the item that `each` goes through. */
export const ofItem = (query: string) => ({ $item: query })

/** The call, made only when `query` of answer `snapshot` gives `equals`. */
export const when = (call: ApiCall, snapshot: number, query: string, equals: Json = true): ApiCall => ({
  ...call,
  when: { snapshot, query, equals },
})

/** The call, made only when answer `snapshot` is this error. */
export const whenError = (call: ApiCall, snapshot: number, error: string): ApiCall => ({
  ...call,
  when: { snapshot, error } satisfies Condition,
})

/** An undo call with the positions of the calls it takes back. */
export const undoOf = (call: ApiCall, ...positions: readonly number[]): ApiCall => ({
  ...call,
  undoOf: positions,
})

/** The call, made for each item of `query` of answer `snapshot`. */
export const each = (call: ApiCall, snapshot: number, query: string): ApiCall => ({
  ...call,
  each: { snapshot, query },
})

/** Calls of IAM, sent to the partition's endpoint. */
export const iamCalls =
  (partition: Partition) =>
  (operation: string, input: ApiCall['input'] = {}): ApiCall => ({
    service: 'iam',
    ...iamRegion(partition),
    operation,
    input,
  })

export type Noun = 'User' | 'Role' | 'Group'

/**
 * Errors of a look that say that the thing is done: a role that is gone denies everybody. A user or group that is gone may only have taken another
 * name (UpdateUser, UpdateGroup), with all its keys and policies, so of these it says nothing.
 */
export const goneIsDone = (noun: Noun): readonly string[] => (noun === 'Role' ? ['NoSuchEntity'] : [])

/** That the name still belongs to the unique id. */
export const pinOf = (
  partition: Partition,
  noun: Noun,
  name: string,
  id: Json,
  ...orErrors: readonly string[]
): Check =>
  check(iamCalls(partition)(`Get${noun}`, { [`${noun}Name`]: name }), `${noun}.${noun}Id`, id, ...orErrors)
