import { at, type CloudTrailEvent } from '../trail/event.ts'
import { apiName, eventTarget } from './draft.ts'
import { guardObject, refusePrincipal } from './guard.ts'
import { isShaped, lastOf, parseArn, shaped } from './ids.ts'
import type { Subject } from './subject.ts'

/**
 * The role session that a successful AssumeRole event handed out. Role, session and account come from `assumedRoleUser`, which AWS writes; only the
 * role's path comes from the request, and only where it names the same role. A role of another account is refused: its sessions are
 * denied there. `undefined` for events that hand out no role session.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumedRoleUser.html
 */
export const mintedSession = (
  event: CloudTrailEvent,
  protectedPrincipals: readonly string[],
):
  | { readonly who: Subject; readonly name: string }
  | { readonly target: string; readonly reason: string }
  | undefined => {
  if (!/^AssumeRole(?:With(?:SAML|WebIdentity))?$/.test(apiName(event))) return undefined
  const scope = guardObject(event)
  if ('reason' in scope) return { target: eventTarget(event), reason: scope.reason }
  const answered = (name: string) => at(event.responseElements, 'assumedRoleUser', name)
  const session = parseArn(answered('arn'))
  const [kind, roleName = '', name = ''] = session?.resource.split('/') ?? []
  const [roleId = '', named = ''] = String(answered('assumedRoleId') ?? '').split(':')
  const refuse = (reason: string) => ({ target: `${roleId}:${named}`.slice(0, 120), reason })
  if (session?.service !== 'sts' || kind !== 'assumed-role' || name !== named)
    return refuse('assumedRoleUser: expected the ARN and the id of one role session, found something else')
  const id = shaped('role id', roleId, 'assumedRoleId')
  if ('reason' in id) return refuse(id.reason)
  const checkedName = shaped('role session name', name, 'assumedRoleId')
  if ('reason' in checkedName) return refuse(checkedName.reason)
  const { accountId, partition } = session
  if (accountId !== scope.value.accountId)
    return refuse(`the role is in account ${accountId}: deny the session there, with a role of that account`)
  const asked = parseArn(at(event.requestParameters, 'roleArn'))
  const same = asked?.accountId === accountId && lastOf(asked.resource) === roleName
  if (!same || !isShaped('role name', roleName))
    return refuse('roleArn: it does not name the role of the session')
  const arn = String(at(event.requestParameters, 'roleArn'))
  const accessKeyId = String(at(event.responseElements, 'credentials', 'accessKeyId') ?? '')
  const objection = refusePrincipal(
    [arn, id.value, accessKeyId, String(answered('arn'))],
    protectedPrincipals,
  )
  if (objection) return refuse(objection)
  return {
    who: { kind: 'role', id: id.value, name: roleName, arn, accountId, partition, accessKeyId },
    name: checkedName.value,
  }
}
