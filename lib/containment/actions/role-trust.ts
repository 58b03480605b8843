import { at } from '../../trail/event.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import { refusePrincipal } from '../guard.ts'
import { type Partition, shaped } from '../ids.ts'
import { TRUST_NOBODY } from '../policies.ts'
import { check, fromSnapshot, iamCalls, pinOf } from './checks.ts'

/**
 * Lets nobody assume a role for the time being: the role of the caller, or with `of: created` the role whose trust the event opened.
 * Live sessions go on. https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
 */
export const freezeRoleTrust: Builder = (context) => {
  if (context.whom === 'created') return openedRole(context)
  const who = context.actor
  return who?.kind === 'role' ? freeze(context, who) : undefined
}

const TITLE = 'Freeze the trust of a role'

interface Role {
  /** AROA...; without it the role is known by name only. */
  readonly id?: string
  readonly name: string
  readonly arn: string
  readonly accountId: string
  readonly partition: Partition
}

const openedRole = (context: Context) => {
  const { event } = context
  if (!['UpdateAssumeRolePolicy', 'CreateRole'].includes(String(event.eventName))) return undefined
  return onObject(context, TITLE, ({ partition, accountId }, refuse) => {
    const name = shaped('role name', at(event.requestParameters, 'roleName'), 'requestParameters.roleName')
    if ('reason' in name) return refuse(eventTarget(event), name.reason)
    const id = newId(context)
    if (id && 'reason' in id) return refuse(name.value, id.reason)
    const arn = `arn:${partition}:iam::${accountId}:role/${name.value}`
    const objection = refusePrincipal([arn, id?.value ?? ''], context.protectedPrincipals, true)
    if (objection) return refuse(arn, objection)
    return freeze(context, { name: name.value, arn, accountId, partition, ...(id && { id: id.value }) })
  })
}

/** CreateRole answers the unique id; UpdateAssumeRolePolicy does not. */
const newId = ({ event }: Context) =>
  event.eventName === 'CreateRole'
    ? shaped('role id', at(event.responseElements, 'role', 'roleId'), 'responseElements.role.roleId')
    : undefined

const freeze = (context: Context, role: Role) => {
  const iam = iamCalls(role.partition)
  const get = iam('GetRole', { RoleName: role.name })
  const put = (PolicyDocument: ReturnType<typeof fromSnapshot> | string) =>
    iam('UpdateAssumeRolePolicy', { RoleName: role.name, PolicyDocument })
  const trust = 'to_string(Role.AssumeRolePolicyDocument)'
  return drafted(context, role.partition, role.id ?? `name:${role.name}`, {
    type: 'freeze-role-trust',
    tier: 2,
    title: `Let nobody assume role ${role.name}`,
    target: {
      kind: 'role',
      id: role.id ?? role.name,
      name: role.name,
      arn: role.arn,
      accountId: role.accountId,
    },
    blastRadius: `Everybody and every service that assumes role ${role.name} from now on. Sessions that exist keep working.`,
    snapshot: [get],
    calls: [put(TRUST_NOBODY)],
    permissions: ['iam:GetRole', 'iam:UpdateAssumeRolePolicy'],
    reversibility: 'exact',
    undo: [put(fromSnapshot(0, trust))],
    undoNote:
      'Puts the trust policy back that GetRole answered before, and only while ours is there unchanged. When the event opened the trust, close it first: undoing opens it again.',
    pins: [pinOf(role.partition, 'Role', role.name, role.id ?? fromSnapshot(0, 'Role.RoleId'))],
    done: [check(get, trust, TRUST_NOBODY)],
    verify: [
      'GetRole shows this very trust policy 10 s, 60 s and 5 min after the call.',
      'AssumeRole of the role fails in the log.',
    ],
    limits: [
      'Sessions that exist keep working until they expire: revoke them too.',
      'IAM has no lock on a trust policy: of two changes at once the later one wins.',
      'In the trust policy that was there, principals deleted since have become ids (AROA..., AIDA...): IAM may refuse them when it is put back.',
    ],
    nodes: [],
  })
}
