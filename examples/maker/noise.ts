import { REGIONS, type Region } from './company.ts'
import { clock, DAY, type Event } from './event.ts'
import { consoleWork, PEOPLE } from './people.ts'
import { type Random, randomFrom } from './random.ts'
import { DAY_SCENES, SERVICE_SCENES } from './services.ts'
import { setPieces } from './set-pieces.ts'
import { signIn } from './sign-in.ts'

/** One event on its way to the bucket, with the Region whose folder it goes to. */
export interface Delivery {
  readonly event: Event
  readonly region: Region
}

/**
 * A quiet day of the company, in bursts: most slots of five minutes stay empty, so that the example has few files.
 * Nothing happens before the first digest of the day begins.
 */
export const noise = (): Delivery[] => {
  const random = randomFrom('a quiet day')
  const events = REGIONS.flatMap((region) => bursts(region).flatMap((at) => burst(random, at, region)))
  const planned = [...PEOPLE.flatMap((person) => signIn(random, person)), ...setPieces(random)]
  return [
    ...events.map((event) => deliver(event)),
    ...planned.map((event) => deliver(event)),
    ...lateEvents(random),
  ]
}

const deliver = (event: Event): Delivery => ({ event, region: event['awsRegion'] as Region })

/** Starts of the bursts: fewer by night, and fewer in the second Region. */
const bursts = (region: Region): number[] => {
  const [night, day] =
    region === 'us-east-1'
      ? [
          [16, 46],
          [1, 11, 21, 41, 51],
        ]
      : [[26], [6, 46]]
  return Array.from({ length: 24 }, (_, hour) =>
    (hour >= 7 && hour < 19 ? day! : night!).map((minute) => DAY + hour * 3600 + minute * 60),
  ).flat()
}

const burst = (random: Random, at: number, region: Region): Event[] => {
  const hour = Math.floor((at - DAY) / 3600)
  const office = hour >= 8 && hour < 17
  const scenes = Array.from({ length: random.int(2, 3) }, () => random.pick(SERVICE_SCENES))
  const machines = scenes.flatMap((scene, step) => scene(random, at + step * 35 + random.int(0, 20), region))
  const grown =
    hour === 8 || hour === 12
      ? DAY_SCENES.flatMap((scene) => (random.chance(0.2) ? scene(random, at + 100, region) : []))
      : []
  const people = PEOPLE.filter(
    (person) => person.region === region && at > person.since && office && random.chance(0.7),
  )
  return [
    ...machines,
    ...grown,
    ...people.flatMap((person) => consoleWork(random, at + random.int(10, 120), person)),
  ]
}

/** What ends up elsewhere than its own Region and day say: a global call in another Region's folder, and a late one. */
const lateEvents = (random: Random): Delivery[] => {
  const stray = SERVICE_SCENES[0]!(random, clock('05:26:31'), 'us-east-1').slice(0, 1)
  const late = SERVICE_SCENES[0]!(random, clock('23:58:40'), 'us-east-1')
  return [
    ...stray.map((event) => ({ event, region: 'eu-west-1' as const })),
    ...late.map((event) => deliver(event)),
  ]
}
