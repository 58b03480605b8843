import type { ApiCall, Json } from '../action.ts'
import { messageOf } from '../errors.ts'
import type { Clock, Responder } from '../ports.ts'
import { at, text } from '../trail/event.ts'
import { isJson } from './canonical.ts'
import { parseArn } from './ids.ts'
import type { BucketSnapshot, FunctionSnapshot, RuleSnapshot, TrailSnapshot } from './own-snapshots.ts'
import type { Missing, TakenSnapshots } from './stored-snapshots.ts'

/** What is looked at, besides every trail of the account. */
export interface SnapshotScope {
  /** 12 digits. Trails of other accounts are left out, buckets of other accounts refused by S3. */
  readonly accountId: string
  /** Region to ask for trails, rules and functions; the responder's own when left out. */
  readonly region?: string
  /** Rules and functions whose names begin so are our own. Left out: none are looked at. */
  readonly ownPrefix?: string
  /** Event buses that hold rules of ours, besides the default one. */
  readonly buses?: readonly string[]
  /** Buckets, besides those that the trails deliver to. */
  readonly buckets?: readonly string[]
  /** ARNs of KMS keys, besides those of the trails. */
  readonly keys?: readonly string[]
}

/**
 * Reads how things are now, so that they can be put back one day: trails with selectors and tags, our own event rules with their targets, the reserved
 * concurrency of our own functions, policies and lifecycle rules of buckets, states of keys. Reading calls only. What cannot be read stands in
 * `missing` with the reason, and keeps nothing else from being read. `time` is after the last answer: whatever happened later is not in it.
 */
export const takeSnapshots = async (
  responder: Responder,
  clock: Clock,
  scope: SnapshotScope,
): Promise<TakenSnapshots> => {
  const missing: Missing[] = []
  const ask = asker(responder, missing)
  const trails = await takeTrails(ask, scope)
  const settings = [...trails.values()].flatMap(({ trail }) => (trail ? [trail] : []))
  const named = (field: string) => settings.flatMap((trail) => text(trail[field]) ?? [])
  const rules = await takeRules(ask, scope)
  const functions = await takeFunctions(ask, scope)
  const buckets = new Map<string, BucketSnapshot>()
  for (const bucket of distinct([...(scope.buckets ?? []), ...named('S3BucketName')]))
    buckets.set(bucket, await takeBucket(ask, scope, bucket))
  const keys = new Map<string, { keyState: string }>()
  for (const key of distinct([...(scope.keys ?? []), ...named('KmsKeyId')])) {
    const keyState = await takeKey(ask, key)
    if (keyState !== undefined) keys.set(key, { keyState })
  }
  const snapshots = { trails, keys, buckets, rules, functions }
  return { version: 1, time: clock.now(), accountId: scope.accountId, snapshots, missing }
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)].filter(Boolean).sort()

/** Answers the output; `none` when the error says that there is no such thing; `undefined`, and it is noted, when nobody knows. */
type Ask = (about: string, call: ApiCall, none?: string) => Promise<Json | 'none' | undefined>

const asker =
  (responder: Responder, missing: Missing[]): Ask =>
  async (about, call, none) => {
    const reason = (why: string) =>
      void missing.push({ what: about, reason: `${call.service}:${call.operation}: ${why}` })
    try {
      const answer = await responder.call(call)
      if (!('error' in answer)) return answer.output
      if (answer.error === none) return 'none'
      return reason(`${answer.error}: ${answer.message}`)
    } catch (error) {
      return reason(messageOf(error))
    }
  }

/** Pages that a list may have; an endless one must not keep the rest from being read. */
const MOST_PAGES = 200

/** Every entry of a list, page by page. */
const listAll = async (
  ask: Ask,
  about: string,
  call: ApiCall,
  { field, next, token }: { readonly field: string; readonly next: string; readonly token: string },
): Promise<readonly Json[]> => {
  const found: Json[] = []
  let marker: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const input = marker === undefined ? call.input : { ...call.input, [token]: marker }
    const output = await ask(about, { ...call, input })
    const list = at(output, field)
    if (Array.isArray(list)) found.push(...(list as Json[]))
    marker = text(at(output, next))
    if (!marker) break
  }
  return found
}

const inRegion = ({ region }: SnapshotScope) => (region === undefined ? {} : { region })
const SAME = { next: 'NextToken', token: 'NextToken' }

const takeTrails = async (ask: Ask, scope: SnapshotScope): Promise<Map<string, TrailSnapshot>> => {
  const list: ApiCall = { service: 'cloudtrail', operation: 'ListTrails', input: {}, ...inRegion(scope) }
  const trails = new Map<string, TrailSnapshot>()
  for (const one of await listAll(ask, 'trails', list, { ...SAME, field: 'Trails' })) {
    const arn = text(at(one, 'TrailARN')) ?? ''
    const of = parseArn(arn)
    if (of?.accountId === scope.accountId)
      trails.set(arn, await takeTrail(ask, arn, text(at(one, 'HomeRegion')) ?? of.region))
  }
  return trails
}

const takeTrail = async (ask: Ask, arn: string, region: string): Promise<TrailSnapshot> => {
  const call = (operation: string, input: ApiCall['input']): ApiCall => ({
    service: 'cloudtrail',
    operation,
    input,
    region,
  })
  const trail = at(await ask(arn, call('GetTrail', { Name: arn })), 'Trail')
  const selectors = await ask(arn, call('GetEventSelectors', { TrailName: arn }))
  const insights = await ask(
    arn,
    call('GetInsightSelectors', { TrailName: arn }),
    'InsightNotEnabledException',
  )
  const tags = at(await ask(arn, call('ListTags', { ResourceIdList: [arn] })), 'ResourceTagList')
  return {
    ...(isMap(trail) && { trail }),
    ...listed('eventSelectors', at(selectors, 'EventSelectors')),
    ...listed('advancedEventSelectors', at(selectors, 'AdvancedEventSelectors')),
    ...(insights === 'none'
      ? { insightSelectors: [] }
      : listed('insightSelectors', at(insights, 'InsightSelectors'))),
    ...listed('tags', Array.isArray(tags) ? at(tags[0], 'TagsList') : undefined),
  }
}

const isMap = (value: unknown): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && isJson(value)

const listed = (name: keyof TrailSnapshot, value: unknown): TrailSnapshot =>
  Array.isArray(value) && isJson(value) ? { [name]: value } : {}

const takeRules = async (ask: Ask, scope: SnapshotScope): Promise<Map<string, RuleSnapshot>> => {
  const rules = new Map<string, RuleSnapshot>()
  if (!scope.ownPrefix) return rules
  for (const bus of distinct(['default', ...(scope.buses ?? [])])) {
    const events = (operation: string, input: ApiCall['input']): ApiCall => ({
      service: 'events',
      operation,
      input: { ...input, ...(bus !== 'default' && { EventBusName: bus }) },
      ...inRegion(scope),
    })
    const list = events('ListRules', { NamePrefix: scope.ownPrefix })
    for (const rule of await listAll(ask, `rules of bus ${bus}`, list, { ...SAME, field: 'Rules' })) {
      const [arn, name] = [text(at(rule, 'Arn')), text(at(rule, 'Name'))]
      if (arn === undefined || name === undefined || !isMap(rule)) continue
      const before = await targetsOf(ask, arn, events('ListTargetsByRule', { Rule: name }))
      rules.set(arn, { rule, ...(before && { targets: before }) })
    }
  }
  return rules
}

/** Left out when they cannot be read: half a list would take targets away. */
const targetsOf = async (ask: Ask, arn: string, call: ApiCall): Promise<readonly Json[] | undefined> => {
  let whole = true
  const watched: Ask = async (...asked) => {
    const output = await ask(...asked)
    if (output === undefined) whole = false
    return output
  }
  const targets = await listAll(watched, arn, call, { ...SAME, field: 'Targets' })
  return whole ? targets : undefined
}

const takeFunctions = async (ask: Ask, scope: SnapshotScope): Promise<Map<string, FunctionSnapshot>> => {
  const functions = new Map<string, FunctionSnapshot>()
  if (!scope.ownPrefix) return functions
  const lambda = (operation: string, input: ApiCall['input']): ApiCall => ({
    service: 'lambda',
    operation,
    input,
    ...inRegion(scope),
  })
  const pages = { field: 'Functions', next: 'NextMarker', token: 'Marker' }
  for (const one of await listAll(ask, 'functions', lambda('ListFunctions', {}), pages)) {
    const arn = text(at(one, 'FunctionArn'))
    if (arn === undefined || !text(at(one, 'FunctionName'))?.startsWith(scope.ownPrefix)) continue
    const output = await ask(arn, lambda('GetFunctionConcurrency', { FunctionName: arn }))
    if (output === undefined) continue
    const reserved = at(output, 'ReservedConcurrentExecutions')
    functions.set(arn, { reservedConcurrency: typeof reserved === 'number' ? reserved : null })
  }
  return functions
}

const takeBucket = async (ask: Ask, scope: SnapshotScope, Bucket: string): Promise<BucketSnapshot> => {
  const s3 = (operation: string): ApiCall => ({
    service: 's3',
    operation,
    input: { Bucket, ExpectedBucketOwner: scope.accountId },
    ...inRegion(scope),
  })
  const policy = await ask(Bucket, s3('GetBucketPolicy'), 'NoSuchBucketPolicy')
  const lifecycle = await ask(Bucket, s3('GetBucketLifecycleConfiguration'), 'NoSuchLifecycleConfiguration')
  const Policy = text(at(policy, 'Policy'))
  const Rules = at(lifecycle, 'Rules')
  return {
    ...(policy === 'none' ? { policy: null } : Policy === undefined ? {} : { policy: Policy }),
    ...(lifecycle === 'none'
      ? { lifecycleRules: null }
      : Array.isArray(Rules) && isJson(Rules)
        ? { lifecycleRules: Rules as readonly Json[] }
        : {}),
  }
}

const takeKey = async (ask: Ask, key: string): Promise<string | undefined> => {
  const region = parseArn(key)?.region
  const call: ApiCall = {
    service: 'kms',
    operation: 'DescribeKey',
    input: { KeyId: key },
    ...(region !== undefined && { region }),
  }
  return text(at(await ask(key, call), 'KeyMetadata', 'KeyState'))
}
