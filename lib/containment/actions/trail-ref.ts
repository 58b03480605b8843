import type { ApiCall } from '../../action.ts'
import { at, type CloudTrailEvent } from '../../trail/event.ts'
import type { Scope } from '../guard.ts'
import { type Checked, isShaped, lastOf, type Partition, parseArn, shaped } from '../ids.ts'

/** A trail, where it can be changed. */
export interface TrailRef {
  readonly arn: string
  readonly name: string
  /** Home Region: the only one where a trail can be changed. */
  readonly region: string
  readonly accountId: string
  readonly partition: Partition
}

/** The trail an event is about. By name it is of the event's own Region: changes are accepted in the home Region only. */
export const trailOf = (value: unknown, scope: Scope): Checked<TrailRef> => {
  const arn = parseArn(value)
  if (!arn) {
    const name = shaped('trail name', value, 'requestParameters')
    if ('reason' in name) return name
    const { region, accountId, partition } = scope
    return {
      value: {
        arn: `arn:${partition}:cloudtrail:${region}:${accountId}:trail/${name.value}`,
        name: name.value,
        ...scope,
      },
    }
  }
  const { service, region, accountId, partition, resource } = arn
  const name = lastOf(resource)
  const wellFormed = service === 'cloudtrail' && resource === `trail/${name}` && isShaped('trail name', name)
  if (!wellFormed || !isShaped('Region', region))
    return { reason: `requestParameters: expected the ARN of a trail` }
  if (accountId !== scope.accountId) {
    return {
      reason: `the trail belongs to account ${accountId}, the event to ${scope.accountId}: it is changed there`,
    }
  }
  return { value: { arn: String(value), name, region, accountId, partition } }
}

/** How an event that changes a trail names it. */
export const namedTrail = (event: CloudTrailEvent): unknown =>
  at(event.responseElements, 'trailARN') ??
  at(event.requestParameters, 'trailName') ??
  at(event.requestParameters, 'name')

/** Calls of CloudTrail in the trail's home Region. */
export const cloudtrailCalls =
  ({ region }: { readonly region: string }) =>
  (operation: string, input: ApiCall['input']): ApiCall => ({
    service: 'cloudtrail',
    operation,
    input,
    region,
  })

export const trailTarget = (trail: TrailRef) => ({
  kind: 'trail',
  id: trail.arn,
  name: trail.name,
  arn: trail.arn,
  accountId: trail.accountId,
  region: trail.region,
})
