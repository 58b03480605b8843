import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseDigestMetadata } from '../../lib/integrity/metadata.ts'
import { parsePublicKeys, publicKeysFrom } from '../../lib/integrity/public-keys.ts'
import { validateTrails } from '../../lib/integrity/validate.ts'
import { openFolder } from '../../lib/local/world.ts'

const folderOf = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))

const verify = async (name: string) => {
  const folder = folderOf(name)
  const text = (file: string) => readFileSync(`${folder}/${file}`, 'utf8')
  const { logs } = await openFolder(folder)
  const publicKeys = publicKeysFrom(parsePublicKeys(JSON.parse(text('public-keys.json'))))
  const { metadata } = parseDigestMetadata(text('digest-metadata.jsonl'))
  return validateTrails({ logs, publicKeys }, { metadata })
}

interface Damage {
  readonly object: string
  readonly kind: string
  readonly status: string
  readonly seenBy?: string
}

const expected: { logFiles: number; digests: number; tampered: readonly Damage[] } = JSON.parse(
  readFileSync(`${folderOf('incident')}/EXPECTED.json`, 'utf8'),
)

/** Log files that a digest of the untouched bucket lists. */
const listedBy = (digest: string): string[] => {
  const { logFiles } = JSON.parse(gunzipSync(readFileSync(`${folderOf('incident')}/${digest}`)).toString())
  return logFiles.map((entry: { s3Object: string }) => entry.s3Object)
}

describe('the incident', () => {
  it('verifies completely; only the silence of the trail is noted, in both Regions', async () => {
    const { summary, problems } = await verify('incident')
    expect(summary.digests).toMatchObject({ valid: expected.digests, gap: 2 })
    expect(summary.logs.valid).toBe(expected.logFiles)
    expect(problems.map(({ status, from, to }) => [status, from, to])).toEqual([
      ['gap', '2026-10-14T13:27:46Z', '2026-10-14T13:41:15Z'],
      ['gap', '2026-10-14T13:27:40Z', '2026-10-14T13:41:09Z'],
    ])
  })
})

describe('the tampered incident', () => {
  it('shows every damage, and none that was not done', async () => {
    const { problems } = await verify('incident-tampered')
    const direct = problems.filter(({ status }) => status !== 'unverifiable' && status !== 'gap')
    const found = direct
      .filter(({ kind }) => kind !== 'chain')
      .map(({ object, kind, status }) => `${status} ${kind} ${object}`)
    const done = expected.tampered.filter(({ seenBy }) => seenBy === undefined)
    expect(found.sort()).toEqual(done.map(({ object, kind, status }) => `${status} ${kind} ${object}`).sort())
  })

  it('trusts no log file whose digest was deleted or edited, and every other one', async () => {
    const { problems } = await verify('incident-tampered')
    const doubted = problems.filter(({ status, kind }) => status === 'unverifiable' && kind === 'log')
    const digests = expected.tampered.filter(({ kind }) => kind === 'digest').map(({ object }) => object)
    expect(doubted.map(({ object }) => object).sort()).toEqual(digests.flatMap(listedBy).sort())
  })

  it('gives away the last digest before the silence by the log file that only it listed', async () => {
    const { problems } = await verify('incident-tampered')
    const hidden = expected.tampered.filter(({ seenBy }) => seenBy !== undefined)
    expect(hidden.length).toBe(1)
    const statuses = problems.filter(({ object }) => object === hidden[0]!.seenBy).map(({ status }) => status)
    expect(statuses).toEqual([hidden[0]!.status])
    const before = problems.filter(({ reason }) => reason === 'digest-before-gap')
    expect(before.map(({ status, object }) => `${status} ${object}`)).toEqual([
      'missing 111122223333/us-east-1/management-events',
    ])
  })
})
