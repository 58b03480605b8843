import type { ApiCall, Json } from '../../lib/action.ts'
import { canonicalJson } from '../../lib/canonical-json.ts'
import { isReading } from '../../lib/containment/look.ts'
import type { ApiAnswer, Responder } from '../../lib/ports.ts'

/**
 * An AWS account in memory, as far as containment touches IAM: users, keys, roles and their policies, with unique ids and quotas. What is
 * written is read back at once; what it allows follows some seconds later, as in IAM.
 */

export const DENY_ALL_ARN = 'arn:aws:iam::aws:policy/AWSDenyAll'

interface Principal {
  readonly kind: 'User' | 'Role'
  readonly name: string
  readonly path: string
  readonly id: string
  attached: string[]
  inline: Record<string, string>
  boundary: string | null
  keys: Record<string, 'Active' | 'Inactive'>
  trust: string
}

interface Account {
  principals: Record<string, Principal>
}

/** Who makes a call: a user's key, or a session. */
export interface Caller {
  readonly principal: string
  readonly accessKeyId: string
  /** When the session was issued; a long-term key has no such time. */
  readonly issuedAt?: number
}

export interface FakeAccountOptions {
  readonly accountId?: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Seconds until a change is enforced. */
  readonly lag?: number
  readonly quota?: { readonly attached: number; readonly userInline: number; readonly roleInline: number }
}

const ok = (output: Json, requestId: string): ApiAnswer => ({ output, requestId })

export const fakeAccount = (options: FakeAccountOptions) => {
  const { accountId = '111122223333', now, lag = 4 } = options
  const quota = options.quota ?? { attached: 10, userInline: 2048, roleInline: 10240 }
  let account: Account = { principals: {} }
  /** What was in force from when on. */
  const history: { at: number; state: Account }[] = [{ at: -Infinity, state: structuredClone(account) }]
  const calls: { call: ApiCall; by: string; answer: ApiAnswer; at: number }[] = []
  const failures: { operation: string; error: string; times: number }[] = []
  let requests = 0
  let ids = 0

  const arnOf = ({ kind, path, name }: Principal) =>
    `arn:aws:iam::${accountId}:${kind.toLowerCase()}${path}${name}`
  const changed = () => history.push({ at: now(), state: structuredClone(account) })
  const keyOf = (kind: 'User' | 'Role', name: string) => `${kind}/${name}`
  const find = (input: ApiCall['input'], noun: 'User' | 'Role'): Principal | undefined =>
    account.principals[keyOf(noun, String(input[`${noun}Name`] ?? ''))]
  const described = (one: Principal): Json => ({
    Path: one.path,
    [`${one.kind}Name`]: one.name,
    [`${one.kind}Id`]: one.id,
    Arn: arnOf(one),
    ...(one.kind === 'Role' && {
      AssumeRolePolicyDocument: JSON.parse(one.trust) as Json,
      MaxSessionDuration: 3600,
    }),
    ...(one.boundary !== null && {
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: one.boundary },
    }),
  })
  const error = (code: string, message = code): ApiAnswer => ({
    error: code,
    message,
    requestId: `r-${requests}`,
  })
  const owner = (accessKeyId: string) =>
    Object.values(account.principals).find(({ keys }) => accessKeyId in keys)

  /** Each operation: the principal it is about, and what it does to it. */
  const onPrincipal: Record<string, (one: Principal, input: ApiCall['input']) => Json | { code: string }> = {
    Get: (one) => ({ [one.kind]: described(one) }),
    'ListAttached*Policies': (one) => ({
      AttachedPolicies: one.attached.map((PolicyArn) => ({
        PolicyName: PolicyArn.split('/').at(-1)!,
        PolicyArn,
      })),
      IsTruncated: false,
    }),
    'List*Policies': (one) => ({ PolicyNames: Object.keys(one.inline).sort(), IsTruncated: false }),
    'Get*Policy': (one, { PolicyName }) => {
      const document = one.inline[String(PolicyName)]
      return document === undefined
        ? { code: 'NoSuchEntity' }
        : {
            [`${one.kind}Name`]: one.name,
            PolicyName: String(PolicyName),
            PolicyDocument: JSON.parse(document) as Json,
          }
    },
    'Attach*Policy': (one, { PolicyArn }) => {
      if (one.attached.includes(String(PolicyArn))) return {}
      if (one.attached.length >= quota.attached) return { code: 'LimitExceeded' }
      one.attached.push(String(PolicyArn))
      return {}
    },
    'Detach*Policy': (one, { PolicyArn }) => {
      if (!one.attached.includes(String(PolicyArn))) return { code: 'NoSuchEntity' }
      one.attached = one.attached.filter((arn) => arn !== PolicyArn)
      return {}
    },
    'Put*Policy': (one, { PolicyName, PolicyDocument }) => {
      const others = Object.entries(one.inline).filter(([name]) => name !== PolicyName)
      const used = others.reduce((sum, [, text]) => sum + text.length, 0)
      const most = one.kind === 'User' ? quota.userInline : quota.roleInline
      if (used + String(PolicyDocument).length > most) return { code: 'LimitExceeded' }
      one.inline[String(PolicyName)] = String(PolicyDocument)
      return {}
    },
    'Delete*Policy': (one, { PolicyName }) => {
      if (!(String(PolicyName) in one.inline)) return { code: 'NoSuchEntity' }
      delete one.inline[String(PolicyName)]
      return {}
    },
    'Put*PermissionsBoundary': (one, { PermissionsBoundary }) => {
      one.boundary = String(PermissionsBoundary)
      return {}
    },
    'Delete*PermissionsBoundary': (one) => {
      if (one.boundary === null) return { code: 'NoSuchEntity' }
      one.boundary = null
      return {}
    },
    UpdateAssumeRolePolicy: (one, { PolicyDocument }) => {
      one.trust = String(PolicyDocument)
      return {}
    },
    ListAccessKeys: (one) => ({
      AccessKeyMetadata: Object.entries(one.keys).map(([AccessKeyId, Status]) => ({
        UserName: one.name,
        AccessKeyId,
        Status,
      })),
      IsTruncated: false,
    }),
    UpdateAccessKey: (one, { AccessKeyId, Status }) => {
      if (!(String(AccessKeyId) in one.keys)) return { code: 'NoSuchEntity' }
      one.keys[String(AccessKeyId)] = Status as 'Active' | 'Inactive'
      return {}
    },
    DeleteAccessKey: (one, { AccessKeyId }) => {
      if (!(String(AccessKeyId) in one.keys)) return { code: 'NoSuchEntity' }
      delete one.keys[String(AccessKeyId)]
      return {}
    },
  }

  const perform = (call: ApiCall): ApiAnswer => {
    requests++
    const failure = failures.find(({ operation, times }) => operation === call.operation && times > 0)
    if (failure) {
      failure.times--
      return error(failure.error)
    }
    if (call.operation === 'GetAccessKeyLastUsed') {
      const one = owner(String(call.input['AccessKeyId']))
      return one
        ? ok(
            { UserName: one.name, AccessKeyLastUsed: { LastUsedDate: new Date(now()).toISOString() } },
            `r-${requests}`,
          )
        : error('NoSuchEntity')
    }
    const noun = /Role/.test(call.operation) ? 'Role' : 'User'
    const name =
      call.operation === 'UpdateAssumeRolePolicy' ? call.operation : call.operation.replace(noun, '*')
    const work = onPrincipal[name] ?? onPrincipal[call.operation] ?? onPrincipal[name.replace(/\*$/, '')]
    if (call.service !== 'iam' || !work)
      return error('InvalidAction', `the fake account has no ${call.operation}`)
    const one = find(call.input, noun)
    if (!one) return error('NoSuchEntity')
    const result = work(one, call.input)
    if (typeof result === 'object' && result !== null && 'code' in result) return error(String(result.code))
    if (!isReading(call)) changed()
    return ok(result as Json, `r-${requests}`)
  }

  const logged = (call: ApiCall, by: string): ApiAnswer => {
    const answer = perform(call)
    calls.push({ call: structuredClone(call), by, answer, at: now() })
    return answer
  }

  /** The account as IAM enforces it at this moment. */
  const inForce = (): Account => history.findLast(({ at }) => at <= now() - lag * 1000)!.state

  const responder: Responder = { call: async (call) => structuredClone(logged(call, 'responder')) }

  return {
    responder,
    calls,
    /** Calls of ours that change something. */
    mutations: () => calls.filter(({ call, by }) => by === 'responder' && !isReading(call)),
    add: (kind: 'User' | 'Role', name: string, more: Partial<Principal> = {}): Principal => {
      const id = `${kind === 'User' ? 'AIDA' : 'AROA'}FAKE${String(++ids).padStart(12, '0')}`
      const one: Principal = {
        kind,
        name,
        path: '/',
        id,
        attached: [],
        inline: {},
        boundary: null,
        keys: {},
        trust: '{}',
        ...more,
      }
      account.principals[keyOf(kind, name)] = one
      // what is put there by hand is in force at once
      history.push({ at: now() - lag * 1000, state: structuredClone(account) })
      return one
    },
    /** Everything that can be compared before and after. */
    state: (): string => canonicalJson({ ...account, principals: sortedLists(account.principals) }),
    remove: (kind: 'User' | 'Role', name: string) => {
      delete account.principals[keyOf(kind, name)]
      changed()
    },
    principal: (kind: 'User' | 'Role', name: string) => account.principals[keyOf(kind, name)],
    /** iam:UpdateUser: the same unique id, keys and policies under another name. */
    rename: (kind: 'User' | 'Role', name: string, to: string) => {
      const { [keyOf(kind, name)]: one, ...others } = account.principals
      account.principals = { ...others, [keyOf(kind, to)]: { ...one!, name: to } }
      changed()
    },
    /** The next `times` calls of the operation answer this error and do nothing. */
    failNext: (operation: string, code: string, times = 1) =>
      failures.push({ operation, error: code, times }),
    /** Would IAM let the caller act at this moment? Everything it may do, it may do as an administrator. */
    may: (caller: Caller): boolean => {
      const one = inForce().principals[caller.principal]
      return one !== undefined && isAllowed(one, caller)
    },
    /** An attacker's call: judged by what is in force, and done when it is allowed. */
    as: (caller: Caller, call: ApiCall): ApiAnswer => {
      const one = inForce().principals[caller.principal]
      return one !== undefined && isAllowed(one, caller)
        ? logged(call, caller.principal)
        : error('AccessDenied')
    },
    /** Puts the account back; for playing the same again. */
    restore: (saved: string) => {
      account = JSON.parse(saved) as Account
      changed()
    },
  }
}

export type FakeAccount = ReturnType<typeof fakeAccount>

const sortedLists = (principals: Account['principals']) =>
  Object.fromEntries(
    Object.entries(principals).map(([name, one]) => [name, { ...one, attached: one.attached.toSorted() }]),
  )

const isAllowed = (one: Principal, caller: Caller): boolean => {
  if (caller.issuedAt === undefined && one.kind === 'User' && one.keys[caller.accessKeyId] !== 'Active')
    return false
  if (one.attached.includes(DENY_ALL_ARN) || one.boundary === DENY_ALL_ARN) return false
  return !Object.values(one.inline).some((document) => denies(document, caller))
}

/** Does one of our own documents deny the caller? */
const denies = (document: string, { issuedAt }: Caller): boolean => {
  const { Statement = [] } = JSON.parse(document) as {
    Statement?: { Effect: string; Condition?: { DateLessThan?: Record<string, string> } }[]
  }
  return Statement.some(({ Effect, Condition }) => {
    if (Effect !== 'Deny') return false
    const before = Condition?.DateLessThan?.['aws:TokenIssueTime']
    if (!Condition) return true
    return before !== undefined && issuedAt !== undefined && issuedAt < Date.parse(before)
  })
}
