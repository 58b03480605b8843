import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { trailwarden } from '../support/cli.ts'
import { s3Server } from '../support/s3-server.ts'
import type { ServedObject } from '../support/served.ts'
import {
  digestMetadataLines,
  logKeyOf,
  mergedTrails,
  publicKeysJson,
  type SignedTrail,
  signatureOf,
  trailKeyPair,
} from '../support/signed-trail.ts'
import { BUCKET, digestKey, fileOf, logBytes, logKeys, smallTrail } from './small-trail.ts'

/**
 * What somebody with access to the bucket may try, each through the command itself: against a download and against S3. The expectation is
 * what an incident responder must be told, as `status reason`.
 */

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

type Objects = Map<string, ServedObject>

/** A trail of two Regions, with an hour without log files, and another trail of the same name whose home is elsewhere. */
const base = mergedTrails(
  smallTrail(),
  smallTrail({ region: 'eu-west-1', homeRegion: 'us-east-1' }),
  smallTrail({ homeRegion: 'eu-north-1', logs: new Map() }),
)
const here = smallTrail()

const run = async (args: readonly string[], env: Record<string, string>) => {
  const { status, stdout, stderr } = await trailwarden(['verify', ...args, '--format', 'json'], env)
  expect(stderr).not.toContain('fault in Trailwarden')
  const report = JSON.parse(stdout)
  const problems = report.problems as { status: string; reason: string; object: string }[]
  return {
    status,
    report,
    problems,
    told: [...new Set(problems.map((one) => `${one.status} ${one.reason}`))].sort(),
  }
}

const inFolder = async ({ publicKeys }: SignedTrail, objects: Objects) => {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-attack-'))
  folders.push(folder)
  for (const [key, { bytes }] of objects) {
    if (key.endsWith('/')) continue
    await mkdir(dirname(join(folder, key)), { recursive: true })
    await writeFile(join(folder, key), bytes)
  }
  await writeFile(join(folder, 'digest-metadata.jsonl'), digestMetadataLines(objects))
  await writeFile(join(folder, 'public-keys.json'), publicKeysJson(publicKeys))
  return run([folder], {})
}

const inS3 = async ({ publicKeys }: SignedTrail, objects: Objects) => {
  const server = await s3Server({ objects, publicKeys, bucket: BUCKET })
  try {
    return await run([`s3://${BUCKET}`], {
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    })
  } finally {
    await server.close()
  }
}

const WORLDS = [
  ['folder', inFolder],
  ['s3', inS3],
] as const

const place = { account: '111122223333', region: 'us-east-1' }
const LOGS = 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/01'
const put = (objects: Objects, key: string, bytes: Uint8Array = logBytes('planted')) =>
  objects.set(key, { bucket: BUCKET, bytes, metadata: {} })
const drop = (objects: Objects, keys: readonly string[]) => {
  for (const key of keys) objects.delete(key)
}

/** Everything of `here` from one hour on, forged and signed anew as one chain. */
const resign = (objects: Objects, from: number, change: (body: string) => string) => {
  const pair = trailKeyPair()
  let previous: string | undefined
  for (const digest of here.digests.filter(({ hour }) => hour >= from)) {
    let body = change(digest.body).replace(/("digestPublicKeyFingerprint":")[^"]*/, `$1${pair.fingerprint}`)
    if (previous) body = body.replace(/("previousDigestSignature":")[^"]*/, `$1${previous}`)
    const last = previous ?? /"previousDigestSignature":"([^"]*)/.exec(body)?.[1] ?? null
    previous = signatureOf({ ...digest, body, previousSignature: last }, pair)
    objects.set(digest.key, {
      bucket: BUCKET,
      bytes: gzipSync(body),
      metadata: { signature: previous, 'signature-algorithm': 'SHA256withRSA' },
    })
  }
}

const PLANTED = ['unlisted not-in-any-digest']

const ATTACKS: readonly [string, (objects: Objects) => void, readonly string[]][] = [
  ['nothing', () => {}, []],
  // Somebody who may write.
  [
    'writes a log file anew and signs every digest from there on with a key of their own',
    (objects) => {
      const [log] = logKeys(here, 3)
      put(objects, log!, logBytes('forged'))
      resign(objects, 3, (body) => body)
    },
    [
      'modified hash-mismatch',
      'modified link-hash-mismatch',
      'unverifiable digest-unproven',
      'unverifiable digest-untrusted',
      'unverifiable public-key-unknown',
    ],
  ],
  [
    'writes a digest for a far day, with a key of their own, and cuts the tail',
    (objects) => {
      const key = digestKey(here, 5).replace('2026/11/01', '2027/11/01').replace('20261101', '20271101')
      put(
        objects,
        key,
        gzipSync(
          here.digests[5]!.body.replaceAll('20261101', '20271101')
            .replaceAll('2026-11-01', '2027-11-01')
            .replaceAll('2026\\/11\\/01', '2027\\/11\\/01'),
        ),
      )
      drop(
        objects,
        [4, 5].flatMap((hour) => [digestKey(here, hour), ...logKeys(here, hour)]),
      )
    },
    ['modified signature-missing', 'tail-missing hourly-cadence', 'unverifiable digest-untrusted'],
  ],
  [
    'plants a log file',
    (objects) => put(objects, logKeyOf(place, '2026-11-01T03:30:00Z', 'Planted')),
    PLANTED,
  ],
  [
    'plants one under the organization’s path',
    (objects) =>
      put(objects, logKeyOf({ ...place, organization: 'o-exampleorg' }, '2026-11-01T03:30:00Z', 'Planted')),
    PLANTED,
  ],
  ['plants one without .gz', (objects) => put(objects, `${LOGS}/events.json`), PLANTED],
  [
    'plants one with a Region in capitals',
    (objects) => put(objects, `${LOGS.replace('us-east-1', 'US-EAST-1')}/x.json.gz`),
    PLANTED,
  ],
  [
    'plants one with the date of no day',
    (objects) => put(objects, `${LOGS.replace('11/01', '99/99')}/x.json.gz`),
    PLANTED,
  ],
  [
    'plants one right below CloudTrail/',
    (objects) => put(objects, 'AWSLogs/111122223333/CloudTrail/x.json.gz'),
    PLANTED,
  ],
  [
    'plants a copy of a log file in another day’s folder',
    (objects) => put(objects, logKeys(here, 3)[0]!.replace('/2026/11/01/', '/2026/11/02/')),
    PLANTED,
  ],
  [
    'plants some under odd names',
    (objects) => {
      for (const odd of ['a b', 'a+b', 'a%2Fb', 'ünï', '😀', 'x\ny', 'x\x1b[2J', '\'"<&>', '-', '..x', 'con'])
        put(objects, `${LOGS}/${odd}.json.gz`)
    },
    PLANTED,
  ],
  [
    'plants names that differ from listed ones by their case alone',
    (objects) => put(objects, logKeys(here, 3)[0]!.replace('Unique', 'UNIQUE')),
    PLANTED,
  ],
  [
    'plants a log file in a Region that has no digests',
    (objects) => put(objects, logKeyOf({ ...place, region: 'sa-east-1' }, '2026-11-01T03:30:00Z', 'Planted')),
    ['tail-missing no-digests'],
  ],
  [
    'plants a log file of an account that has no digests',
    (objects) =>
      put(objects, logKeyOf({ ...place, account: '999988887777' }, '2026-11-01T03:30:00Z', 'Planted')),
    ['tail-missing no-digests'],
  ],
  [
    'puts the digest of another account among this one’s',
    (objects) => {
      const other = smallTrail({ account: '444455556666' })
      const object = other.objects.get(digestKey(other, 2))!
      objects.set(digestKey(here, 2).replace('T031000Z', 'T032000Z'), object)
    },
    ['modified moved'],
  ],
  [
    'calls a digest a backfill',
    (objects) =>
      objects.set(
        digestKey(here, 2).replace('.json.gz', '_backfill.json.gz'),
        objects.get(digestKey(here, 2))!,
      ),
    ['modified moved'],
  ],
  [
    'replaces a digest by one that inflates to gigabytes',
    (objects) => put(objects, digestKey(here, 2), gzipSync(Buffer.alloc(80 * 1024 * 1024))),
    ['modified invalid-format'],
  ],
  [
    'replaces a log file by one that inflates to gigabytes',
    (objects) => put(objects, logKeys(here, 1)[0]!, gzipSync(Buffer.alloc(210 * 1024 * 1024))),
    ['modified too-large'],
  ],
  [
    'removes an event from a digest’s list, with the log file, and its signature',
    (objects) => {
      const [log] = logKeys(here, 1)
      drop(objects, [log!])
      const digest = JSON.parse(here.digests[1]!.body)
      digest.logFiles = digest.logFiles.filter(({ s3Object }: { s3Object: string }) => s3Object !== log)
      put(objects, digestKey(here, 1), gzipSync(JSON.stringify(digest)))
    },
    ['modified signature-mismatch', 'unverifiable digest-untrusted'],
  ],
  // Somebody who may delete.
  ['deletes a log file', (objects) => drop(objects, [logKeys(here, 3)[0]!]), ['missing not-found']],
  [
    'deletes a digest with its log files',
    (objects) => drop(objects, [digestKey(here, 3), ...logKeys(here, 3)]),
    ['missing link-target-not-found'],
  ],
  [
    'deletes an hour without log files',
    (objects) => drop(objects, [digestKey(here, 2)]),
    ['missing link-target-not-found'],
  ],
  [
    'deletes the oldest digest and its log files',
    (objects) => drop(objects, [digestKey(here, 0), ...logKeys(here, 0)]),
    ['missing link-target-not-found'],
  ],
  [
    'deletes all digests of one Region',
    (objects) =>
      drop(
        objects,
        [...objects.keys()].filter((key) => key.includes('_CloudTrail-Digest_eu-west-1_')),
      ),
    ['tail-missing no-digests'],
  ],
  [
    'deletes the newest digests of one Region',
    (objects) =>
      drop(
        objects,
        [4, 5].flatMap((hour) => [digestKey(here, hour), ...logKeys(here, hour)]),
      ),
    ['tail-missing hourly-cadence'],
  ],
  // Somebody who may write metadata.
  [
    'writes megabytes of signature',
    (objects) => {
      const object = objects.get(digestKey(here, 2))!
      objects.set(digestKey(here, 2), { ...object, metadata: { signature: 'ab'.repeat(4000) } })
    },
    ['modified signature-lost'],
  ],
  [
    'gives the newest digest the signature of another',
    (objects) => {
      const { metadata } = objects.get(digestKey(here, 4))!
      objects.set(digestKey(here, 5), { ...objects.get(digestKey(here, 5))!, metadata })
    },
    ['modified signature-mismatch', 'unverifiable digest-untrusted'],
  ],
]

describe.each(WORLDS)('an attacker of a %s', (_world, verify) => {
  it.each(ATTACKS)('%s', async (_attack, change, expected) => {
    const objects: Objects = new Map(base.objects)
    change(objects)
    const { status, told } = await verify(base, objects)
    expect(told).toEqual(expected)
    expect(status).toBe(expected.length === 0 ? 0 : 1)
  })
})

it('names every object among a hundred that were planted, and says how many there are', async () => {
  const objects: Objects = new Map(base.objects)
  for (let index = 0; index < 100; index++) put(objects, `${LOGS}/${index}.json.gz`)
  const { report, problems } = await inS3(base, objects)
  expect(problems.map(({ object }) => fileOf(object))).toContain('42.json.gz')
  expect(report.summary.logs.unlisted).toBe(100)
})
