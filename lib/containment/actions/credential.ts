import { at } from '../../trail/event.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import { refusePrincipal, type Scope } from '../guard.ts'
import { type Shape, shaped } from '../ids.ts'
import { check, iamCalls, when } from './checks.ts'

/** A kind of credential IAM gives a user beside keys and passwords: where the event has its id, and how it is switched off. */
interface Kind {
  readonly what: string
  readonly shape: Shape
  /** Object in responseElements, and the field of its id there and in the API. */
  readonly answered: string
  readonly field: string
  readonly idField: string
  readonly update: string
  readonly list: string
  /** List in the answer of `list`. */
  readonly listed: string
}

const KINDS: Readonly<Record<string, Kind>> = {
  CreateServiceSpecificCredential: {
    what: 'service-specific credential',
    shape: 'service-specific credential id',
    answered: 'serviceSpecificCredential',
    field: 'serviceSpecificCredentialId',
    idField: 'ServiceSpecificCredentialId',
    update: 'UpdateServiceSpecificCredential',
    list: 'ListServiceSpecificCredentials',
    listed: 'ServiceSpecificCredentials',
  },
  UploadSigningCertificate: {
    what: 'signing certificate',
    shape: 'signing certificate id',
    answered: 'certificate',
    field: 'certificateId',
    idField: 'CertificateId',
    update: 'UpdateSigningCertificate',
    list: 'ListSigningCertificates',
    listed: 'Certificates',
  },
  UploadSSHPublicKey: {
    what: 'SSH public key',
    shape: 'SSH public key id',
    answered: 'sSHPublicKey',
    field: 'sSHPublicKeyId',
    idField: 'SSHPublicKeyId',
    update: 'UpdateSSHPublicKey',
    list: 'ListSSHPublicKeys',
    listed: 'SSHPublicKeys',
  },
}

/**
 * Sets the credential an event handed out Inactive: for a single service, for signing, or for SSH. It stays, as evidence.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateServiceSpecificCredential.html
 */
export const deactivateCredential: Builder = (context) => {
  const { event } = context
  const name = String(event.eventName)
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined
  if (!kind) return undefined
  return onObject(context, `Deactivate ${kind.what}`, (scope, refuse) => {
    const answered = (field: string) => at(event.responseElements, kind.answered, field)
    const id = shaped(kind.shape, answered(kind.field), `responseElements.${kind.answered}.${kind.field}`)
    if ('reason' in id) return refuse(eventTarget(event), id.reason)
    const owner = shaped(
      'user name',
      answered('userName') ?? at(event.requestParameters, 'userName'),
      `responseElements.${kind.answered}.userName`,
    )
    if ('reason' in owner) return refuse(id.value, owner.reason)
    const arn = `arn:${scope.partition}:iam::${scope.accountId}:user/${owner.value}`
    const objection = refusePrincipal([arn, id.value], context.protectedPrincipals, true)
    return objection
      ? refuse(`${id.value} of ${owner.value}`, objection)
      : deactivate(context, scope, kind, { id: id.value, owner: owner.value, arn })
  })
}

interface Credential {
  readonly id: string
  readonly owner: string
  readonly arn: string
}

const deactivate = (
  context: Context,
  { partition, accountId }: Scope,
  kind: Kind,
  { id, owner, arn }: Credential,
) => {
  const iam = iamCalls(partition)
  const status = (Status: string) => iam(kind.update, { UserName: owner, [kind.idField]: id, Status })
  const list = iam(kind.list, { UserName: owner })
  const ours = `${kind.listed}[?${kind.idField}=='${id}']`
  return drafted(context, partition, id, {
    type: 'deactivate-credential',
    tier: 2,
    title: `Deactivate ${kind.what} ${id} of user ${owner}`,
    target: { kind: 'credential', id, name: owner, arn, accountId },
    blastRadius: `One ${kind.what} of user ${owner}. Whatever signs in with it stops working.`,
    snapshot: [list],
    calls: [status('Inactive')],
    permissions: [`iam:${kind.list}`, `iam:${kind.update}`],
    reversibility: 'exact',
    undo: [when(status('Active'), 0, `${ours}.Status | [0]`, 'Active')],
    undoNote: 'Only when the owner of the user says that the credential is theirs.',
    done: [check(list, `length(${ours} | [?Status=='Active'] || \`[]\`)`, 0)],
    verify: [`${kind.list} shows it Inactive 10 s, 60 s and 5 min after the call.`],
    limits: [
      "The user's access keys, password and other credentials keep working.",
      'What was signed in with it before keeps its session.',
    ],
    nodes: [],
  })
}
