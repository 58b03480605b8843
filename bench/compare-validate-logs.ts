import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { s3Server } from '../test/support/s3-server.ts'
import type { Served } from '../test/support/served.ts'
import {
  ARN,
  cutTrails,
  FROM,
  soundTrails,
  type TamperedTrail,
  TO,
  tamperedDigests,
  tamperedLogs,
} from './tampered-trails.ts'
import { awsCommands, awsVersion, callerOf, ours, type Ran, run } from './validators.ts'

/**
 * `aws cloudtrail validate-logs` and `trailwarden verify`, the same options, the same S3 and CloudTrail stand-in, the same objects.
 * Prints a table of what each reports; `--write` puts it into docs/validate-logs.md.
 * Run: npm run compare:validate-logs -- [--write] [PATH OF AN AWS CLI ...]
 */
const PAGE = join(import.meta.dirname, '../docs/validate-logs.md')
const [BEGIN, END] = ['<!-- table: npm run compare:validate-logs -- --write -->', '<!-- end of table -->']

const named = process.argv.slice(2).filter((argument) => argument !== '--write')
const clis = awsCommands(named)
if (clis.length === 0) {
  console.log('skipped: there is no `aws` on the PATH; name one: npm run compare:validate-logs -- PATH')
  process.exit(0)
}

const folder = mkdtempSync(join(tmpdir(), 'trailwarden-compare-'))
const usual = ['--trail-arn', ARN, '--start-time', FROM, '--end-time', TO]

/** `2 x INVALID: not found`: equal lines once, with their number. */
const counted = (lines: readonly string[]): string[] => {
  const counts = new Map<string, number>()
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return [...counts].map(([line, n]) => (n > 1 ? `${n} x ${line}` : line))
}

/** What the AWS CLI says, without the names of objects. */
const saidByAws = ({ status, stdout, stderr }: Ran): string => {
  const text = `${stdout}\n${stderr}`
  const invalid = [...text.matchAll(/^(?:\(backfill\) )?(Digest|Log) file\s+\S+\s+INVALID: (.*)$/gim)]
  const said = counted(invalid.map(([, kind, message]) => `${kind!.toLowerCase()}: ${short(message!)}`))
  const totals = [...text.matchAll(/^(\d+\/\d+ .*files? valid.*)$/gm)].map(([, line]) => line!)
  const rest = /^(No (?:valid )?digests? .*|No log files were delivered .*)$/gim
  const other = [...text.matchAll(rest)].map(([line]) => line.replace(/ (?:between|in range).*/, ''))
  const crash = status > 1 ? [short(stderr.trim().split('\n').at(-1) ?? '')] : []
  return cell(status, [...said, ...other, ...totals, ...crash])
}

const short = (message: string): string =>
  message
    .replace(/ for fingerprint \w+/, '')
    .replaceAll(/[0-9a-f]{32}/g, '...')
    .slice(0, 110)

const saidByUs = ({ status, stdout, stderr }: Ran): string => {
  if (status > 1) return cell(status, [short(stderr.trim().split('\n').at(-1) ?? '')])
  const { summary, problems } = JSON.parse(stdout) as {
    summary: Record<'digests' | 'logs', Record<string, number>>
    problems: { status: string; kind: string; reason: string }[]
  }
  const said = counted(problems.map(({ status: verdict, kind, reason }) => `${kind}: ${verdict}, ${reason}`))
  const totals = (['digests', 'logs'] as const).map((what) => {
    const all = Object.entries(summary[what]).filter(([, n]) => n > 0)
    return `${what}: ${all.map(([verdict, n]) => `${n} ${verdict}`).join(', ') || 'none'}`
  })
  return cell(status, [...said, ...totals])
}

const cell = (status: number, lines: readonly string[]): string => `**${status}** ${lines.join('; ')}`

const againstOurs = async (trail: TamperedTrail, endpoint: string, use: (served: Served) => void) => {
  const options = [...(trail.options ?? usual), '--format', 'json']
  if (!trail.before) return run([...ours(), ...options], callerOf(endpoint))
  const state = ['--state', join(folder, `${trail.name.length}.json`)]
  use(trail.before)
  await run([...ours(), ...options, ...state], callerOf(endpoint))
  use(trail.served)
  return run([...ours(), ...options, ...state], callerOf(endpoint))
}

/** One row. The stand-in serves one trail after the other, so that each run begins with the same. */
const compare = async (trail: TamperedTrail) => {
  const server = await s3Server({ ...trail.served })
  const use = (served: Served) => void Object.assign(server.served, served)
  try {
    const cells: string[] = []
    for (const cli of clis) {
      const command = [cli, 'cloudtrail', 'validate-logs', ...(trail.options ?? usual)]
      cells.push(saidByAws(await run(command, callerOf(server.endpoint))))
    }
    cells.push(saidByUs(await againstOurs(trail, server.endpoint, use)))
    const wrong = cells.map((text) => text.startsWith('**0**') !== trail.isSound)
    return { name: trail.name, cells: cells.map((text, at) => (wrong[at] ? `${text} :x:` : text)), wrong }
  } finally {
    await server.close()
  }
}

const versions = await Promise.all(clis.map(awsVersion))
const rows: string[] = []
const failures = [...clis, 'ours'].map(() => 0)
const groups = [
  ['nothing is wrong', soundTrails()],
  ['log files', tamperedLogs()],
  ['digest files', tamperedDigests()],
  ['what is gone, or elsewhere', cutTrails()],
] as const
for (const [group, trails] of groups) {
  rows.push(`| _${group}_ |${' |'.repeat(clis.length + 1)}`)
  for (const trail of trails) {
    const { name, cells, wrong } = await compare(trail)
    for (const [at, isWrong] of wrong.entries()) failures[at]! += isWrong ? 1 : 0
    rows.push(`| ${name} | ${cells.join(' | ')} |`)
    process.stderr.write('.')
  }
}
rmSync(folder, { recursive: true })

const cases = groups.reduce((sum, [, trails]) => sum + trails.length, 0)
const table = [
  `| ${cases} cases | ${[...versions, 'trailwarden verify'].join(' | ')} |`,
  `|---|${'---|'.repeat(clis.length + 1)}`,
  ...rows,
  `| **wrong exit status** | ${failures.map((n) => `${n} of ${cases}`).join(' | ')} |`,
].join('\n')

console.log(table)
if (process.argv.includes('--write')) {
  const page = readFileSync(PAGE, 'utf8')
  const [head, tail] = [page.slice(0, page.indexOf(BEGIN)), page.slice(page.indexOf(END))]
  writeFileSync(PAGE, `${head}${BEGIN}\n\n${table}\n\n${tail}`)
}
