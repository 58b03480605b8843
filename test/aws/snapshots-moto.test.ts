import {
  CloudTrailClient,
  CreateTrailCommand,
  DeleteTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail'
import {
  DisableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API_SERVICES } from '../../lib/aws/api/services.ts'
import { SNAPSHOT_SERVICES } from '../../lib/aws/api/snapshot-services.ts'
import { awsResponder } from '../../lib/aws/responder.ts'
import { s3SnapshotStore } from '../../lib/aws/snapshot-store.ts'
import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan } from '../../lib/containment/approve.ts'
import { recordPlan } from '../../lib/containment/contain.ts'
import { openLedger } from '../../lib/containment/ledger.ts'
import { serialiseSnapshots } from '../../lib/containment/stored-snapshots.ts'
import { takeSnapshots } from '../../lib/containment/take-snapshots.ts'
import { DEFAULTS } from '../../lib/containment/world.ts'
import type { Responder } from '../../lib/ports.ts'
import { snapshotBefore } from '../../lib/snapshot-before.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { event, findingOf, planFor } from '../containment/events.ts'
import { memoryLedger } from '../support/memory-ledger.ts'
import { hasMoto, startMoto } from '../support/moto.ts'

const TRAIL = 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main'
const RULE = 'trailwarden-main-ApiCallRule'
const POLICY = '{"Version":"2012-10-17","Statement":[]}'
const clock = { now: () => new Date().toISOString() }

describe.skipIf(!hasMoto)(
  'our own configuration, as moto plays it (skipped: moto_server is not here)',
  () => {
    let moto: Awaited<ReturnType<typeof startMoto>>
    let cloudtrail: CloudTrailClient
    let events: EventBridgeClient
    let s3: S3Client
    beforeAll(async () => {
      moto = await startMoto({ MOTO_ACCOUNT_ID: '111122223333' })
      cloudtrail = new CloudTrailClient(moto.settings)
      events = new EventBridgeClient(moto.settings)
      s3 = new S3Client({ ...moto.settings, forcePathStyle: true })
      for (const Bucket of ['logs', 'lake']) await s3.send(new CreateBucketCommand({ Bucket }))
      await s3.send(new PutBucketPolicyCommand({ Bucket: 'logs', Policy: POLICY }))
      await cloudtrail.send(
        new CreateTrailCommand({
          Name: 'main',
          S3BucketName: 'logs',
          IsMultiRegionTrail: true,
          IncludeGlobalServiceEvents: true,
          EnableLogFileValidation: true,
          TagsList: [{ Key: 'owner', Value: 'security' }],
        }),
      )
      await cloudtrail.send(new StartLoggingCommand({ Name: 'main' }))
      await selectors('All')
      await events.send(
        new PutRuleCommand({ Name: RULE, EventPattern: '{"source":["aws.iam"]}', State: 'ENABLED' }),
      )
      await targets()
    }, 60_000)
    afterAll(() => moto?.stop())

    const selectors = (ReadWriteType: 'All' | 'ReadOnly') =>
      cloudtrail.send(
        new PutEventSelectorsCommand({
          TrailName: TRAIL,
          EventSelectors: [{ ReadWriteType, IncludeManagementEvents: true, DataResources: [] }],
        }),
      )
    const targets = () =>
      events.send(
        new PutTargetsCommand({
          Rule: RULE,
          Targets: [{ Id: 'queue', Arn: 'arn:aws:sqs:us-east-1:111122223333:queue' }],
        }),
      )

    const responderOf = (services: typeof API_SERVICES) =>
      awsResponder({
        services,
        region: 'us-east-1',
        endpoint: moto.endpoint,
        credentials: moto.settings.credentials,
      })
    const take = () =>
      takeSnapshots(responderOf(SNAPSHOT_SERVICES), clock, {
        accountId: '111122223333',
        region: 'us-east-1',
        ownPrefix: 'trailwarden-main-',
      })

    /** Everything but what cannot be as before: times, and what was never asked for. */
    const shown = (taken: Awaited<ReturnType<typeof take>>) => JSON.parse(serialiseSnapshots(taken)).snapshots

    /** moto starts a trail by its name only; AWS takes the ARN as well. */
    const byName = ({ call }: Responder): Responder => ({
      call: (one) => call(one.operation === 'StartLogging' ? { ...one, input: { Name: 'main' } } : one),
    })

    /** From an event to contained, with the snapshot that the store finds for it. */
    const contained = async (raw: CloudTrailEvent, type: string) => {
      const { taken, skipped } = await snapshotBefore(s3SnapshotStore('lake', s3), raw.eventTime)
      expect(skipped).toEqual([])
      const world = {
        responder: byName(responderOf(API_SERVICES)),
        ledger: openLedger(memoryLedger().ledger, clock),
        clock,
        sleep: async () => {},
        settings: { ...DEFAULTS, mode: 'approve' as const, owner: 'security', worker: 'test' },
      }
      const plan = planFor(raw, [type], { now: clock.now(), taken: taken ? [taken] : [] })
      const recorded = await recordPlan(plan, [findingOf(raw, 'test')], world)
      expect(recorded.plan.refused).toEqual([])
      const approver = { arn: 'arn:aws:iam::111122223333:user/olga', userId: 'AIDAOLGA' }
      expect(await approvePlan(world, recorded.plan.hash, approver)).toBeUndefined()
      const { outcomes } = await applyPlan(world, recorded.plan.hash)
      expect(outcomes.map(({ state, reason }) => [state, reason])).toEqual([['APPLIED', undefined]])
    }

    const attack = (eventName: string, service: string, requestParameters: object) =>
      event(eventName, service, {
        awsRegion: 'us-east-1',
        eventTime: clock.now(),
        requestParameters: requestParameters as never,
      })

    /** Attacks, keeps what the attacker left as a newer snapshot, restores, and compares. */
    const restored = async (raw: CloudTrailEvent, type: string, weaken: () => Promise<unknown>) => {
      const before = await take()
      await s3SnapshotStore('lake', s3).put(before.time, serialiseSnapshots(before))
      await new Promise((resolve) => setTimeout(resolve, 5))
      const seen = { ...raw, eventTime: clock.now() }
      await weaken()
      const weakened = await take()
      expect(shown(weakened)).not.toEqual(shown(before))
      await s3SnapshotStore('lake', s3).put(weakened.time, serialiseSnapshots(weakened))
      await contained(seen, type)
      expect(shown(await take())).toEqual(shown(before))
    }

    it('is read through the real SDK: the trail, our rule, the bucket it delivers to', async () => {
      const { snapshots } = await take()
      expect(snapshots.trails!.get(TRAIL)).toMatchObject({
        trail: { S3BucketName: 'logs', IsMultiRegionTrail: true, LogFileValidationEnabled: true },
        eventSelectors: [{ ReadWriteType: 'All' }],
        tags: [{ Key: 'owner', Value: 'security' }],
      })
      expect(snapshots.rules!.get(`arn:aws:events:us-east-1:111122223333:rule/${RULE}`)).toMatchObject({
        rule: { State: 'ENABLED', EventPattern: '{"source":["aws.iam"]}' },
        targets: [{ Id: 'queue' }],
      })
      expect(snapshots.buckets!.get('logs')).toEqual({ policy: POLICY, lifecycleRules: null })
    })

    it('weakened selectors come back as they were', async () => {
      const raw = attack('PutEventSelectors', 'cloudtrail', {
        trailName: TRAIL,
        eventSelectors: [{ readWriteType: 'ReadOnly', includeManagementEvents: true }],
      })
      await restored(raw, 'restore-event-selectors', () => selectors('ReadOnly'))
    })

    it('a deleted trail is made again, and records again', async () => {
      await restored(attack('DeleteTrail', 'cloudtrail', { name: TRAIL }), 'recreate-trail', () =>
        cloudtrail.send(new DeleteTrailCommand({ Name: 'main' })),
      )
      const status = await responderOf(API_SERVICES).call({
        service: 'cloudtrail',
        operation: 'GetTrailStatus',
        input: { Name: TRAIL },
        region: 'us-east-1',
      })
      expect(status).toMatchObject({ output: { IsLogging: true } })
    })

    it('a rule of ours that was disabled is on again', async () => {
      await restored(attack('DisableRule', 'events', { name: RULE }), 'restore-event-rule', () =>
        events.send(new DisableRuleCommand({ Name: RULE })),
      )
    })

    it('a rule of ours has its target back', async () => {
      await restored(
        attack('RemoveTargets', 'events', { rule: RULE, ids: ['queue'] }),
        'restore-event-rule',
        () => events.send(new RemoveTargetsCommand({ Rule: RULE, Ids: ['queue'] })),
      )
    })

    it('the policy of the log bucket is as it was', async () => {
      const Policy =
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::logs/*"}]}'
      await restored(attack('PutBucketPolicy', 's3', { bucketName: 'logs' }), 'restore-bucket-policy', () =>
        s3.send(new PutBucketPolicyCommand({ Bucket: 'logs', Policy })),
      )
    })
  },
)
