import { isDeepStrictEqual } from 'node:util'
import type { AccountState } from '../../lib/local/simulated-account/state.ts'

export interface Compared {
  readonly equal: boolean
  /** Security group rules that came back under a new id. */
  readonly renamed: readonly { readonly before: string; readonly after: string }[]
  /** What is not as it was. */
  readonly differs: readonly string[]
}

/** Is the account what it was before? Ids of security group rules may be new: nobody can give a rule the id it had. */
export const backAsBefore = (before: AccountState, after: AccountState): Compared => {
  const renamed = before.rules.flatMap(({ id, ...rule }) => {
    const now = after.rules.find(({ id: other, ...same }) => other !== id && isDeepStrictEqual(same, rule))
    return now ? [{ before: id, after: now.id }] : []
  })
  const rules = after.rules.map((rule) => {
    const was = renamed.find((one) => one.after === rule.id)
    return was ? { ...rule, id: was.before } : rule
  })
  const named = { ...after, rules }
  const names = Object.keys(before) as (keyof AccountState)[]
  const differs = names.filter((name) => !isDeepStrictEqual(before[name], named[name]))
  return { equal: differs.length === 0, renamed, differs }
}
