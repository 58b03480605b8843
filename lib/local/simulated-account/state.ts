import { decide, type PolicyDocument } from '../../iam-policy.ts'

/** A user or role of the simulated account. */
export interface SimulatedPrincipal {
  readonly kind: 'User' | 'Role'
  readonly name: string
  readonly path: string
  /** AIDA... or AROA... */
  readonly id: string
  /** ARNs of attached managed policies. */
  attached: string[]
  /** Inline policies by name, as text. */
  inline: Record<string, string>
  boundary?: string
  keys: Record<string, 'Active' | 'Inactive'>
}

export interface SimulatedRule {
  readonly id: string
  readonly groupId: string
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  readonly cidr: string
}

/** What the account holds. Plain data: it can be read from a file, compared and printed. */
export interface AccountState {
  readonly accountId: string
  principals: SimulatedPrincipal[]
  trails: { readonly arn: string; readonly name: string; logging: boolean }[]
  buckets: { readonly name: string; block?: Record<string, boolean>; readonly public: boolean }[]
  snapshots: { readonly id: string; readonly region: string; shared: string[] }[]
  rules: SimulatedRule[]
}

/** Who signed a request: a principal, through one of its keys. */
export interface Caller {
  readonly principal: SimulatedPrincipal
  readonly accessKeyId: string
}

/** Policies of AWS's own that the simulated account knows by ARN. Another attached policy allows nothing. */
const MANAGED: Readonly<Record<string, PolicyDocument>> = {
  AdministratorAccess: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
  PowerUserAccess: {
    Statement: { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
  },
  ReadOnlyAccess: {
    Statement: { Effect: 'Allow', Action: ['iam:Get*', 'iam:List*', 's3:Get*', 's3:List*'], Resource: '*' },
  },
  AWSDenyAll: { Statement: { Effect: 'Deny', Action: '*', Resource: '*' } },
}

/**
 * The account's memory. What is written is read back at once; what it allows follows `lagSeconds` later, as in IAM.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export const accountMemory = (
  first: AccountState,
  { now, lagSeconds }: { readonly now: () => number; readonly lagSeconds: number },
) => {
  const state = structuredClone(first)
  const history = [{ at: Number.NEGATIVE_INFINITY, principals: structuredClone(state.principals) }]
  const inForce = () => history.findLast(({ at }) => at <= now() - lagSeconds * 1000)!.principals
  return {
    state,
    /** To be called after every change of a principal. */
    changed: (): void => void history.push({ at: now(), principals: structuredClone(state.principals) }),
    /** Who has this key at the moment, as far as IAM has heard. */
    callerOf: (accessKeyId: string): Caller | undefined => {
      const principal = inForce().find(({ keys }) => keys[accessKeyId] === 'Active')
      return principal && { principal, accessKeyId }
    },
    /** Does IAM let the caller? */
    may: ({ principal }: Caller, action: string, resource = '*'): boolean =>
      decide(policiesOf(principal), { action, resource }) === 'allowed',
  }
}

export type AccountMemory = ReturnType<typeof accountMemory>

const policiesOf = ({ attached, inline, boundary }: SimulatedPrincipal) => ({
  identity: [
    ...attached.map(managed),
    ...Object.values(inline).map((text) => JSON.parse(text) as PolicyDocument),
  ],
  ...(boundary !== undefined && { boundary: managed(boundary) }),
})

const managed = (arn: string): PolicyDocument => {
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  return Object.hasOwn(MANAGED, name) ? MANAGED[name]! : { Statement: [] }
}

export const arnOf = (accountId: string, { kind, path, name }: SimulatedPrincipal): string =>
  `arn:aws:iam::${accountId}:${kind.toLowerCase()}${path}${name}`
