import { at, type CloudTrailEvent, identityOf, text } from '../trail/event.ts'
import { type Checked, isShaped, parseArn, shaped } from './ids.ts'

/**
 * What a role session runs on, as far as AWS itself wrote it into the event. A session name alone proves nothing: whoever assumes a role
 * chooses it.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */

/** An EC2 instance whose own role credentials signed the call. */
export interface InstanceRef {
  readonly id: string
  /** Left out when the event does not say; the instance may call another Region than its own. */
  readonly region?: string
}

/** The instance, when EC2 itself handed the credentials out: `ec2RoleDelivery` and `inScopeOf` are AWS's words. */
export const instanceOf = (event: CloudTrailEvent): InstanceRef | undefined => {
  const issued = parseArn(at(event.userIdentity, 'inScopeOf', 'credentialsIssuedTo'))
  const delivered = text(at(event.userIdentity, 'sessionContext', 'ec2RoleDelivery'))
  const session = identityOf(event).principalId.split(':')[1]
  if (!isShaped('instance id', session) || !session) return undefined
  if (
    issued?.service === 'ec2' &&
    issued.resource === `instance/${session}` &&
    isShaped('Region', issued.region)
  )
    return { id: session, region: issued.region }
  return delivered !== undefined ? { id: session } : undefined
}

/** Does an instance, a function or a task hold the credentials? */
export const isCompute = (event: CloudTrailEvent): boolean =>
  instanceOf(event) !== undefined || text(at(event.userIdentity, 'inScopeOf', 'issuerType')) !== undefined

/** Name of a role session, in the shape STS takes: no character of it means anything in a policy. */
export const sessionName = (event: CloudTrailEvent): Checked<string> => {
  const [, ...rest] = identityOf(event).principalId.split(':')
  return shaped('role session name', rest.join(':'), 'principalId')
}
