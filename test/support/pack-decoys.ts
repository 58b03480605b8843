import type { CloudTrailEvent } from '../../lib/trail/event.ts'

/** A condition that holds for every row of a query, and what an event looks like that fails only there. */
const DECOYS: readonly (readonly [RegExp, Partial<CloudTrailEvent>])[] = [
  [/^(WHERE| {2}AND) (events\.)?eventSource (=|IN) /m, { eventSource: 'decoy.amazonaws.com' }],
  [/^(WHERE| {2}AND) (events\.)?\(?eventName (=|IN|LIKE) /m, { eventName: 'Decoy' }],
  [/^(WHERE|.*AND) \(?regexp_like\(\s*eventName, '/m, { eventName: 'Decoy' }],
  [/^(WHERE| {2}AND) COALESCE\(managementEvent, true\)$/m, { managementEvent: false, eventCategory: 'Data' }],
  [/^(WHERE| {2}AND) managementEvent = false$/m, { managementEvent: true, eventCategory: 'Management' }],
  [/^(WHERE| {2}AND) readOnly = false/m, { readOnly: true }],
  [/^(WHERE| {2}AND) readOnly = true/m, { readOnly: false }],
  [/^(WHERE| {2}AND) errorCode IS NULL$/m, { errorCode: 'DecoyError' }],
  [
    /^(WHERE| {2}AND) userIdentity\.type <> 'AWSService'/m,
    { userIdentity: { type: 'AWSService', invokedBy: 'decoy.amazonaws.com' } },
  ],
  [/^(WHERE| {2}AND) userIdentity\.type = 'AssumedRole'/m, { userIdentity: { type: 'Decoy' } }],
]

/**
 * For each condition of a query that one can see from outside, a copy of every event that fails that condition and no other.
 * A query that drops the condition answers with them. A query of several steps states its conditions for one of them only.
 */
export const decoysOf = (sql: string, events: readonly CloudTrailEvent[]): CloudTrailEvent[] => {
  if (/^WITH /m.test(sql)) return []
  return DECOYS.flatMap(([condition, change], kind) => {
    if (!condition.test(sql)) return []
    return events.map((event) => ({
      ...event,
      ...change,
      ...(change.userIdentity && {
        userIdentity: { ...(event.userIdentity as object), ...(change.userIdentity as object) },
      }),
      eventID: `decoy-${kind}-${event.eventID}`,
    }))
  })
}
