import { LEVELS, type RuleRef } from '../finding.ts'
import { type CloudTrailEvent, text } from '../trail/event.ts'
import type { Subject } from './sigma/path.ts'

const DENIED = /AccessDenied|Unauthorized|NotAuthorized|Forbidden|AuthFailure/i

/** Was the call refused for want of rights, rather than for a mistake in it? */
export const wasDenied = (event: CloudTrailEvent): boolean => DENIED.test(text(event.errorCode) ?? '')

/** The event as it would look to a rule, had the call taken effect. */
export const asIfSucceeded = (subject: Subject): Subject => ({
  derived: (name) => (name === 'ct.success' ? true : subject.derived(name)),
})

/** The twin of a rule for calls that were denied: one level lower, and nothing to contain. */
export const attemptOf = ({ id, title, level, tags }: RuleRef): RuleRef => ({
  id: `${id}-attempted`,
  title: `Attempted: ${title}`,
  level: LEVELS[Math.max(0, LEVELS.indexOf(level) - 1)]!,
  tags,
})
