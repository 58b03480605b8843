import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeMonth } from './signed-month.ts'
import { awsCommands, awsVersion, callerOf, ours, type Ran, run } from './validators.ts'

/**
 * How fast log file integrity is validated in S3: `aws cloudtrail validate-logs` and `trailwarden verify` on the same stand-in and the
 * same data, turn by turn in one run; then the same data as a folder. Two days by default, `--month` for 14,400 log files. The
 * stand-in is a process of its own on the same machine, whose work is not counted.
 * Run: npm run bench:verify-s3 -- [--month] [--turns N] [PATH OF AN AWS CLI]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { month: { type: 'boolean' }, turns: { type: 'string', default: '3' } },
})
const turns = Number(values.turns)
const hours = values.month ? 720 : 48
/** The AWS CLI would need six minutes for a month at 20 ms; its rate does not depend on how many there are. */
const HOURS_FAR = 48
const LATENCIES = [0, 20]
const FROM = '2026-10-01T00:10:00Z'

const folder = mkdtempSync(join(tmpdir(), 'trailwarden-verify-s3-'))
const month = writeMonth(folder, { hours, linked: true })
const arn = `arn:aws:cloudtrail:${month.region}:${month.account}:trail/${month.trail}`

const server = fork(join(import.meta.dirname, 's3-stand-in.ts'), [folder, month.bucket, arn])
const told = () => new Promise<Record<string, unknown>>((resolve) => server.once('message', resolve))
const endpoint = String((await told())['endpoint'])
/** Sets the latency; answers the requests since the last time. */
const next = async (latency: number): Promise<Record<string, number>> => {
  const answer = told()
  server.send({ latency })
  return (await answer)['requests'] as Record<string, number>
}

const range = (some: number) => [
  '--start-time',
  FROM,
  '--end-time',
  `${new Date(Date.parse(FROM) + some * 3_600_000).toISOString().slice(0, 19)}Z`,
]

interface Contender {
  readonly name: string
  readonly latency: number | undefined
  readonly logs: number
  readonly command: readonly string[]
}

const [aws] = awsCommands(positionals)
const awsName = aws ? await awsVersion(aws) : undefined
const contenders: readonly Contender[] = [
  ...LATENCIES.flatMap((latency): Contender[] => {
    const some = latency > 0 ? Math.min(hours, HOURS_FAR) : hours
    const cli = aws && {
      name: awsName!,
      latency,
      logs: (some * month.logs) / hours,
      command: [aws, 'cloudtrail', 'validate-logs', '--trail-arn', arn, ...range(some)],
    }
    const own = {
      name: 'trailwarden',
      latency,
      logs: month.logs,
      command: [...ours(true), '--trail-arn', arn, ...range(hours)],
    }
    return cli ? [cli, own] : [own]
  }),
  { name: 'trailwarden, folder', latency: undefined, logs: month.logs, command: [...ours(true), folder] },
]

const best = new Map<Contender, Ran>()
const requests = new Map<Contender, Record<string, number>>()
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}`,
)
console.log(
  `${hours} digests, ${month.logs} log files, ${(month.rawBytes / 1e6).toFixed(1)} MB before compression; best of ${turns} turns`,
)
if (!aws) console.log('there is no `aws` on the PATH: only ours is measured')
for (let turn = 0; turn < turns; turn++) {
  for (const contender of contenders) {
    await next(contender.latency ?? 0)
    const ran = await run(contender.command, callerOf(endpoint))
    requests.set(contender, await next(0))
    if (ran.status !== 0)
      throw new Error(`${contender.name} exits ${ran.status}: ${ran.stderr}${ran.stdout}`.slice(0, 2000))
    const known = best.get(contender)
    if (!known || ran.wall < known.wall) best.set(contender, ran)
    process.stderr.write('.')
  }
}
process.stderr.write('\n')
server.disconnect()
rmSync(folder, { recursive: true })

const rateOf = (contender: Contender): number => contender.logs / best.get(contender)!.wall
const peerOf = ({ name, latency }: Contender): Contender | undefined =>
  name === awsName
    ? undefined
    : contenders.find((one) => one.name === awsName && one.latency === (latency ?? 0))

console.log(
  '| | latency | log files | wall s | CPU s | log files/s | memory MB | requests | times the AWS CLI |',
)
console.log('|---|---|---|---|---|---|---|---|---|')
for (const contender of contenders) {
  const { wall, cpu, memory } = best.get(contender)!
  const peer = peerOf(contender)
  const asked = Object.values(requests.get(contender) ?? {}).reduce((sum, n) => sum + n, 0)
  const cells = [
    contender.name,
    contender.latency === undefined ? '' : `${contender.latency} ms`,
    contender.logs,
    wall.toFixed(2),
    cpu.toFixed(2),
    Math.round(rateOf(contender)),
    Math.round(memory / 1e6),
    asked || '',
    peer ? (rateOf(contender) / rateOf(peer)).toFixed(1) : '',
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
