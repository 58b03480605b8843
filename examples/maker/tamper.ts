import { gunzipSync } from 'node:zlib'
import { ACCOUNT, AGENTS, OFFICE } from './company.ts'
import { gzip, logFile } from './deliver.ts'
import { clock, type Event, event } from './event.ts'
import { consoleSession, PEOPLE } from './people.ts'
import { randomFrom, uuidOf } from './random.ts'

/** One thing that was done to the bucket, and what validation must say of it. */
export interface Damage {
  readonly object: string
  readonly what: string
  readonly kind: 'log' | 'digest'
  readonly status: 'modified' | 'missing' | 'unlisted' | 'unverifiable'
  /** The object that gives it away, when it is not the one that was damaged. */
  readonly seenBy?: string
}

export type Files = Map<string, Uint8Array>

export interface Targets {
  /** Log file with CreateUser to AttachUserPolicy. */
  readonly takeover: string
  /** Log file with the first use of the stolen key. */
  readonly recon: string
  /** Log file with StopLogging, and the digest file that lists it: the last one before the trail was silent. */
  readonly stop: string
  readonly lastDigest: string
  /** Digest file that lists the look around the second Region. */
  readonly reconDigest: string
  /** Log file with the shared snapshot, and the digest file that lists it. */
  readonly snapshot: string
  readonly snapshotDigest: string
}

/** A copy of the bucket after an attacker who may write to it has been there. */
export const tamper = (files: Files, targets: Targets): { files: Files; damages: Damage[] } => {
  const copy: Files = new Map(files)
  const planted = plantedFile()
  copy.set(targets.takeover, gzip(withoutTakeover(files.get(targets.takeover)!)))
  copy.delete(targets.recon)
  copy.delete(targets.lastDigest)
  copy.delete(targets.reconDigest)
  copy.set(planted.key, gzip(planted.text))
  copy.set(targets.snapshotDigest, gzip(withoutEntry(files.get(targets.snapshotDigest)!, targets.snapshot)))
  copy.set(METADATA, withoutLines(files.get(METADATA)!, [targets.lastDigest, targets.reconDigest]))
  const damages: Damage[] = [
    {
      object: targets.takeover,
      what: 'four events removed (CreateUser to AttachUserPolicy), compressed again',
      kind: 'log',
      status: 'modified',
    },
    {
      object: targets.recon,
      what: 'log file deleted: the first use of the stolen key',
      kind: 'log',
      status: 'missing',
    },
    {
      object: targets.reconDigest,
      what: 'digest file deleted: the one of the hour in which eu-west-1 was searched and the trail stopped',
      kind: 'digest',
      status: 'missing',
    },
    {
      object: targets.lastDigest,
      what: 'digest file deleted: the last one before the silence, which lists the log file with StopLogging',
      kind: 'digest',
      status: 'unverifiable',
      seenBy: targets.stop,
    },
    {
      object: planted.key,
      what: 'log file planted: it blames an administrator for the new user',
      kind: 'log',
      status: 'unlisted',
    },
    {
      object: targets.snapshotDigest,
      what: 'digest file edited: the log file with the shared snapshot is no longer listed',
      kind: 'digest',
      status: 'modified',
    },
  ]
  return { files: new Map([...copy].sort(([a], [b]) => (a < b ? -1 : 1))), damages }
}

/** Signatures are metadata of the objects: the download of a deleted one has none. */
const METADATA = 'digest-metadata.jsonl'

const withoutLines = (bytes: Uint8Array, keys: readonly string[]): Uint8Array =>
  Buffer.from(
    Buffer.from(bytes)
      .toString()
      .split('\n')
      .filter((line) => !keys.some((key) => line.includes(key)))
      .join('\n'),
  )

const TAKEOVER = ['CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'AttachUserPolicy']

const withoutTakeover = (bytes: Uint8Array): string => {
  const { Records } = JSON.parse(gunzipSync(bytes).toString()) as { Records: Event[] }
  return JSON.stringify({
    Records: Records.filter((record) => !TAKEOVER.includes(String(record['eventName']))),
  })
}

const withoutEntry = (bytes: Uint8Array, object: string): string => {
  const digest = JSON.parse(gunzipSync(bytes).toString()) as { logFiles: { s3Object: string }[] }
  const logFiles = digest.logFiles.filter((entry) => entry.s3Object !== object)
  return JSON.stringify({ ...digest, logFiles }).replaceAll('/', '\\/')
}

/** A well-made forgery: the administrator creates the attacker's user from the office, an hour early. */
const plantedFile = () => {
  const random = randomFrom('forged')
  const userName = 'svc-backup-admin'
  const forged = event(random, {
    who: consoleSession(PEOPLE[0]!),
    at: clock('12:26:40'),
    source: 'iam',
    name: 'CreateUser',
    region: 'us-east-1',
    ip: OFFICE.maria,
    agent: AGENTS.maria,
    params: { userName, tags: [] },
    response: {
      user: {
        path: '/',
        userName,
        arn: `arn:aws:iam::${ACCOUNT}:user/${userName}`,
        createDate: 'Oct 14, 2026, 12:26:40 PM',
      },
    },
    also: { sessionCredentialFromConsole: 'true' },
    id: uuidOf('forged/create-user'),
  })
  return logFile('CloudTrail', 'us-east-1', clock('12:25:00'), [forged])
}
