import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from '../detection/baseline/calls.ts'
import { jsonLines, trailwarden } from '../support/cli.ts'
import { logFile, logKey } from '../support/memory-logs.ts'
import { mmdb } from '../support/mmdb.ts'

const EVIL = '<b>Evil</b> \u001b[31mNet'
let folder = ''
const at = (...names: string[]) => join(folder, ...names)
const put = async (name: string, bytes: string | Uint8Array) => {
  await mkdir(dirname(at(name)), { recursive: true })
  await writeFile(at(name), bytes)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-db-'))
  const use = (time: string, sourceIPAddress: string) =>
    call(`2026-01-08T${time}:00Z`, { sourceIPAddress, sessionCredentialFromConsole: 'true' }).event
  // each in a file of its own, the later first: threads share them
  await put(`bucket/${logKey('111122223333', '2026-01-08', 1)}`, logFile([use('22:30', '198.51.100.10')]))
  await put(`bucket/${logKey('111122223333', '2026-01-08', 2)}`, logFile([use('21:30', '192.0.2.10')]))
  const spot = (iso_code: string, latitude: number, longitude: number) => ({
    country: { iso_code },
    location: { latitude, longitude },
  })
  await put(
    'geo/city.mmdb',
    mmdb(
      [
        ['192.0.2.0/24', spot('DE', 52.5, 13.4)],
        ['198.51.100.0/24', spot('AU', -33.9, 151.2)],
      ],
      {
        type: 'Example-City',
      },
    ),
  )
  await put(
    'geo/asn.mmdb',
    mmdb(
      [
        ['192.0.2.0/24', { asn: 'AS64500', as_name: 'Berlin Net' }],
        ['198.51.100.0/24', { asn: 'AS64502', as_name: EVIL }],
      ],
      { type: 'Example-ASN' },
    ),
  )
  await put(
    'geo/trailwarden.yml',
    `networkDatabases: [city.mmdb, asn.mmdb]
workingHours: {timezone: Europe/Berlin, from: '08:00', to: '18:00'}
`,
  )
  await put('geo/city.mmdb.gz', gzipSync('x'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const both = () => ['--network-db', at('geo/city.mmdb'), '--network-db', at('geo/asn.mmdb')]
const findings = (stdout: string, rule: string) =>
  jsonLines(stdout).filter((one) => (one['rule'] as { id: string }).id === rule)

describe('scan --network-db', () => {
  it.each([
    ['on one thread', ['--jobs', '1']],
    ['on two', ['--jobs', '2']],
  ])('finds a journey that cannot be, and says where every address is, %s', async (_what, jobs) => {
    const { status, stdout, stderr } = await trailwarden([
      'scan',
      at('bucket'),
      ...both(),
      ...jobs,
      '--format',
      'jsonl',
    ])
    expect([status, stderr.includes('fault')]).toEqual([0, false])
    const [journey, ...others] = findings(stdout, 'principal-travel-impossible')
    expect(others).toEqual([])
    expect(journey).toMatchObject({
      event: { sourceIPAddress: '198.51.100.10' },
      origin: { country: 'AU', asn: 64502, organization: EVIL },
    })
    expect(journey?.['notes']).toEqual([
      expect.stringMatching(/in at most 60 minutes, .*Example-City of 2026-11-20/),
    ])
    expect(findings(stdout, 'console-changed-off-hours')).toEqual([])
    expect(stderr).toContain(
      'Example-City of 2026-11-20, Example-ASN of 2026-11-20: 2 sign-ins and key uses with a country, 2 with a provider, 2 with a spot besides',
    )
  })

  it('takes the same from the config file, beside which the files lie, and the working hours', async () => {
    const { stdout } = await trailwarden([
      'scan',
      at('bucket'),
      '--config',
      at('geo/trailwarden.yml'),
      '--format',
      'jsonl',
    ])
    expect(findings(stdout, 'principal-travel-impossible')).toHaveLength(1)
    expect(findings(stdout, 'console-changed-off-hours')).toEqual([
      expect.objectContaining({
        rule: expect.objectContaining({ level: 'low' }),
        notes: ['changed by hand at Thu 22:30 Europe/Berlin, outside working hours'],
      }),
    ])
  })

  it('shows it in the report and on the terminal, made safe', async () => {
    const { stdout } = await trailwarden(['scan', at('bucket'), ...both(), '--out', at('out')])
    expect(stdout).toContain('alice from 198.51.100.10 (AU, AS64502 <b>Evil<')
    expect(stdout).not.toContain('\u001b[31m')
    const html = await readFile(at('out/report.html'), 'utf8')
    expect(html).toContain('AU, AS64502 &lt;b&gt;Evil&lt;/b&gt;')
    expect(html).not.toContain('<b>Evil</b>')
    expect(html).toContain('at least 15')
    const markdown = await readFile(at('out/report.md'), 'utf8')
    expect(markdown).toMatch(/From: `198\.51\.100\.10` \(`AU, AS64502 <b>Evil<\/b> .*Net`\)/)
    expect(markdown).not.toContain('\u001b')
  })

  it('is not needed: then it says in a line what was not looked for', async () => {
    const { status, stdout, stderr } = await trailwarden(['scan', at('bucket'), '--format', 'jsonl'])
    expect(status).toBe(0)
    expect(findings(stdout, 'principal-travel-impossible')).toEqual([])
    expect(jsonLines(stdout).some((one) => 'origin' in one)).toBe(false)
    expect(stderr).toContain(
      'no --network-db: first countries and providers, and impossible travel, were not looked for',
    )
  })

  it('says what is missing for journeys', async () => {
    const { stderr } = await trailwarden([
      'scan',
      at('bucket'),
      '--network-db',
      at('geo/asn.mmdb'),
      '--format',
      'jsonl',
    ])
    expect(stderr).toContain(
      '0 sign-ins and key uses with a country, 2 with a provider, 0 with a spot besides; impossible travel needs all three',
    )
  })

  it.each([
    ['geo/none.mmdb', 'expected a readable database of networks (ENOENT)'],
    ['geo', 'expected a readable database of networks (EISDIR)'],
    [
      'geo/city.mmdb.gz',
      "expected a database of networks in MaxMind's format (.mmdb), found a gzip archive: unpack it first",
    ],
    [
      'geo/trailwarden.yml',
      "expected a database of networks in MaxMind's format (.mmdb), found text, perhaps CSV",
    ],
  ])('refuses %s, which is none', async (name, message) => {
    const { status, stdout, stderr } = await trailwarden(['scan', at('bucket'), '--network-db', at(name)])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr.trim()).toBe(`trailwarden: ${at(name)}: ${message}`)
  })
})
