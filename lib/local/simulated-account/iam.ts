import { ApiFault, type ApiRequest } from './protocol.ts'
import { type AccountMemory, type AccountState, arnOf, type SimulatedPrincipal } from './state.ts'

/** IAM lets a principal carry so many managed policies, and so many characters of inline ones. */
const QUOTAS = { attached: 10, User: 2048, Role: 10_240 } as const

type Work = (one: SimulatedPrincipal, input: ApiRequest['input'], state: AccountState) => object

const missing = (what: string) => new ApiFault('NoSuchEntity', `${what} cannot be found.`, 404)
const tooMuch = (what: string) => new ApiFault('LimitExceeded', `Cannot exceed quota for ${what}.`, 409)

/** IAM's answer to one call. Throws `ApiFault`. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html */
export const iamAnswer = (memory: AccountMemory, { operation, input }: ApiRequest): object => {
  const { state } = memory
  if (operation === 'ListUsers') {
    const users = state.principals.filter(({ kind }) => kind === 'User')
    return { Users: users.map((one) => described(one, state)), IsTruncated: false }
  }
  if (operation === 'GetAccessKeyLastUsed') {
    const owner = state.principals.find(({ keys }) => Object.hasOwn(keys, String(input['AccessKeyId'])))
    if (!owner) throw missing(`The Access Key with id ${input['AccessKeyId']}`)
    return { UserName: owner.name, AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' } }
  }
  const noun = operation.includes('Role') ? 'Role' : 'User'
  const work = WORKS[operation.replace(noun, '*')]
  if (!work) throw new ApiFault('InvalidAction', `the simulated account has no iam:${operation}`)
  const name = String(input[`${noun}Name`] ?? '')
  const one = state.principals.find((principal) => principal.kind === noun && principal.name === name)
  if (!one) throw missing(`The ${noun.toLowerCase()} with name ${name}`)
  const output = work(one, input, state)
  if (!/^(?:Get|List)/.test(operation)) memory.changed()
  return output
}

const described = (one: SimulatedPrincipal, { accountId }: AccountState): object => ({
  Path: one.path,
  [`${one.kind}Name`]: one.name,
  [`${one.kind}Id`]: one.id,
  Arn: arnOf(accountId, one),
  CreateDate: '2026-01-01T00:00:00Z',
  ...(one.kind === 'Role' && { AssumeRolePolicyDocument: '%7B%7D', MaxSessionDuration: 3600 }),
  ...(one.boundary !== undefined && {
    PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: one.boundary },
  }),
})

/** By operation, with `*` for User or Role. */
const WORKS: Readonly<Record<string, Work>> = {
  'Get*': (one, _input, state) => ({ [one.kind]: described(one, state) }),
  'ListAttached*Policies': ({ attached }) => ({
    AttachedPolicies: attached.map((PolicyArn) => ({
      PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
      PolicyArn,
    })),
    IsTruncated: false,
  }),
  'List*Policies': ({ inline }) => ({ PolicyNames: Object.keys(inline), IsTruncated: false }),
  'Get*Policy': ({ kind, name, inline }, { PolicyName }) => {
    const text = inline[String(PolicyName)]
    if (text === undefined) throw missing(`The policy with name ${PolicyName}`)
    return { [`${kind}Name`]: name, PolicyName, PolicyDocument: encodeURIComponent(text) }
  },
  'Attach*Policy': (one, { PolicyArn }) => {
    const arn = String(PolicyArn)
    if (one.attached.includes(arn)) return {}
    if (one.attached.length >= QUOTAS.attached) throw tooMuch('PoliciesPerUser: 10')
    one.attached.push(arn)
    return {}
  },
  'Detach*Policy': (one, { PolicyArn }) => {
    if (!one.attached.includes(String(PolicyArn))) throw missing(`Policy ${PolicyArn}`)
    one.attached = one.attached.filter((arn) => arn !== PolicyArn)
    return {}
  },
  'Put*Policy': (one, { PolicyName, PolicyDocument }) => {
    const rest = Object.entries(one.inline).filter(([name]) => name !== PolicyName)
    const used = rest.reduce((sum, [, text]) => sum + text.length, String(PolicyDocument).length)
    if (used > QUOTAS[one.kind]) throw tooMuch(`inline policies: ${QUOTAS[one.kind]} characters`)
    one.inline[String(PolicyName)] = String(PolicyDocument)
    return {}
  },
  'Delete*Policy': (one, { PolicyName }) => {
    if (!Object.hasOwn(one.inline, String(PolicyName))) throw missing(`The policy with name ${PolicyName}`)
    delete one.inline[String(PolicyName)]
    return {}
  },
  'Put*PermissionsBoundary': (one, { PermissionsBoundary }) => {
    one.boundary = String(PermissionsBoundary)
    return {}
  },
  'Delete*PermissionsBoundary': (one) => {
    if (one.boundary === undefined) throw missing('The permissions boundary')
    delete one.boundary
    return {}
  },
  ListAccessKeys: ({ name, keys }) => ({
    AccessKeyMetadata: Object.entries(keys).map(([AccessKeyId, Status]) => ({
      UserName: name,
      AccessKeyId,
      Status,
    })),
    IsTruncated: false,
  }),
  UpdateAccessKey: (one, { AccessKeyId, Status }) => {
    if (!Object.hasOwn(one.keys, String(AccessKeyId))) throw missing(`The Access Key with id ${AccessKeyId}`)
    one.keys[String(AccessKeyId)] = Status === 'Active' ? 'Active' : 'Inactive'
    return {}
  },
}
