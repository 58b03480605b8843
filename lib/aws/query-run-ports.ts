import { PutObjectCommand } from '@aws-sdk/client-s3'
import { athenaExecutions, refusalOf } from './athena.ts'
import { systemClock } from './clock.ts'
import { s3Document } from './document.ts'
import { s3Client } from './log-store.ts'
import type { Settings } from './settings.ts'
import { findingSinkOf } from './world.ts'

type Needed =
  | 'workgroup'
  | 'database'
  | 'lakeBucket'
  | 'findingBus'
  | 'topic'
  | 'notifyLevel'
  | 'minLevel'
  | 'packHours'
  | 'scanLimitBytes'

/** What the runs of query packs are given of AWS, by both functions alike. `process` tells one invocation from another. */
export const queryRunPorts = (settings: Settings<Needed>) => {
  const { lakeBucket } = settings
  const s3 = s3Client()
  return {
    engine: athenaExecutions(settings),
    refusalOf,
    document: (key: string) => s3Document(lakeBucket, key, s3),
    clock: systemClock,
    findings: findingSinkOf(settings),
    minLevel: settings.minLevel,
    overlapHours: settings.packHours,
    scanLimitBytes: settings.scanLimitBytes,
    put: async (key: string, bytes: Uint8Array): Promise<string> => {
      await s3.send(new PutObjectCommand({ Bucket: lakeBucket, Key: key, Body: bytes }))
      return `s3://${lakeBucket}/${key}`
    },
  }
}
