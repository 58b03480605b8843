import config from 'content:config'
import databases from 'content:network-databases'
import rules from 'content:rules'
import type { Context } from 'aws-lambda'
import { s3Archive } from '../lib/aws/archive.ts'
import { systemClock } from '../lib/aws/clock.ts'
import { s3Document } from '../lib/aws/document.ts'
import { type Counts, lambda, logger, report, sumOf } from '../lib/aws/handler.ts'
import { s3LogStore } from '../lib/aws/log-store.ts'
import { readNetworkFiles } from '../lib/aws/network-files.ts'
import { type Place, placesIn } from '../lib/aws/places.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingSinkOf } from '../lib/aws/world.ts'
import { loadRules } from '../lib/detection/rules.ts'
import { openSurroundings } from '../lib/surroundings.ts'
import { eventIdOf } from '../lib/trail/event.ts'
import { parseHabitMemory, watchHabits } from '../lib/watch-habits.ts'

const settings = settingsOf([
  'logBucket',
  'logPrefix',
  'findingBus',
  'topic',
  'lakeBucket',
  'notifyLevel',
  'minLevel',
  'knownAccounts',
])
const logs = s3LogStore(settings.logBucket)
const sink = findingSinkOf(settings)
const insights = s3Archive(settings.lakeBucket, 'baseline/insights/')
const loaded = loadRules(rules)
const { knownNetworks, workingHours } = config
const surroundings = openSurroundings({
  networkFiles: readNetworkFiles(databases),
  knownNetworks,
  workingHours,
})
/** Account a run came to when its time ran out, as a JSON text; empty when it came round. */
const checkpoint = s3Document(settings.lakeBucket, 'baseline/checkpoint')

/** Days of log files to begin with: what first uses need, and one more. */
const FIRST_DAYS = 8
/** Time (milliseconds) that judging and saving what was read may take. */
const RESERVE = 180_000

/** Every hour: learn from new log files what is ordinary, account by account, and report what is not. */
export const handler = lambda(async (_event: unknown, context: Context) => {
  const hasTime = () => context.getRemainingTimeInMillis() > RESERVE
  const accounts = Map.groupBy(
    await placesIn(settings.logBucket, settings.logPrefix),
    ({ account }) => account,
  )
  const turn = inTurn([...accounts].sort(), JSON.parse((await checkpoint.read()) ?? '""'))
  const counts: Counts[] = [{ accounts: 0, failed: 0 }]
  let last = ''
  for (const [account, places] of turn) {
    if (!hasTime() && last !== '') break
    counts.push(await watch(account, places, hasTime).catch((error: unknown) => failed(account, error)))
    last = account
  }
  const watched = counts.length - 1
  await checkpoint.update(() => JSON.stringify(watched < turn.length ? last : ''))
  const sum = { ...sumOf(counts), waiting: turn.length - watched }
  report(sum)
  if (sumOf(counts)['failed']) throw new Error(`${sumOf(counts)['failed']} of ${watched} accounts failed`)
  return sum
})

type Account = readonly [account: string, places: readonly Place[]]

/** The accounts after the checkpoint first. */
const inTurn = (accounts: readonly Account[], after: string): readonly Account[] => {
  const next = accounts.findIndex(([account]) => account > after)
  return next < 0 ? accounts : [...accounts.slice(next), ...accounts.slice(0, next)]
}

const watch = async (account: string, places: readonly Place[], hasTime: () => boolean): Promise<Counts> => {
  const name = `baseline/accounts/${account}.json`
  const document = s3Document(settings.lakeBucket, name)
  const text = await document.read()
  const watched = await watchHabits(
    {
      logs,
      rules: loaded.rules,
      detect: settings,
      surroundings,
      folders: places.map(({ root, region }) => `${root}${account}/CloudTrail/${region}/`),
      days: FIRST_DAYS,
      now: systemClock.now(),
      hasTime,
    },
    text === undefined ? undefined : parseHabitMemory(text, `s3://${settings.lakeBucket}/${name}`),
  )
  await sink.put(watched.findings)
  for (const record of watched.insights) await insights.keep(eventIdOf(record) ?? '', JSON.stringify(record))
  const memory = JSON.stringify(watched.memory)
  // a run that was faster has read the same files: what it saved stands, and the rest is read again
  await document.update((found) => (found === undefined || found === text ? memory : found))
  const counts = { accounts: 1, ...watched.counts, findings: watched.findings.length }
  logger.info('watched', { account, ...counts })
  return counts
}

/** The others are watched all the same. */
const failed = (account: string, error: unknown): Counts => {
  logger.error('account not watched', { account, error: error as Error })
  return { failed: 1 }
}
