import type { Level } from '../finding.ts'
import type { ChainHeadStore, Clock, FindingSink } from '../ports.ts'
import { type Archive, s3Archive } from './archive.ts'
import { s3ChainHeads } from './chain-heads.ts'
import { eventBus } from './event-bus.ts'
import { eventBridgeFindingSink } from './finding-sink.ts'
import { type AnnouncingPlanSink, announcingPlanSink } from './plan-sink.ts'
import { topicOf } from './topic.ts'

interface Outlets {
  readonly findingBus: string
  readonly topic: string
  readonly lakeBucket: string
}

/** The sink of findings as deployed: bus, topic, and the archive below `findings/` of the lake. */
export const findingSinkOf = (settings: Outlets & { readonly notifyLevel: Level }): FindingSink =>
  eventBridgeFindingSink({
    bus: eventBus(settings.findingBus),
    topic: topicOf(settings.topic),
    archive: findingArchiveOf(settings),
    notifyLevel: settings.notifyLevel,
  })

/** Every finding that was announced, below `findings/` of the lake. */
export const findingArchiveOf = ({ lakeBucket }: Pick<Outlets, 'lakeBucket'>): Archive =>
  s3Archive(lakeBucket, 'findings/')

/** What is remembered of chains of digests, below `chains/` of the lake. */
export const chainHeadsOf = ({ lakeBucket }: Pick<Outlets, 'lakeBucket'>): ChainHeadStore =>
  s3ChainHeads(lakeBucket, 'chains/')

/** The sink of plans as deployed: bus, topic, and the archive below `plans/` of the lake. */
export const planSinkOf = (settings: Outlets, clock: Clock): AnnouncingPlanSink =>
  announcingPlanSink({
    bus: eventBus(settings.findingBus),
    topic: topicOf(settings.topic),
    archive: s3Archive(settings.lakeBucket, 'plans/'),
    clock,
  })
