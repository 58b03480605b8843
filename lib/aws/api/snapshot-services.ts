import type { ApiService, ApiServices } from './service.ts'

const READING = /^(?:Get|List|Describe)[A-Z]/

/** A service that cannot be changed through this: its other operations are not there. */
const reading = ({ client, operations }: ApiService): ApiService => ({
  client,
  operations: Object.fromEntries(Object.entries(operations).filter(([name]) => READING.test(name))),
})

/** What looking at our own configuration takes, and nothing that changes any. */
export const SNAPSHOT_SERVICES: ApiServices = {
  cloudtrail: async () => reading((await import('./cloudtrail.ts')).cloudtrail),
  events: async () => reading((await import('./events.ts')).events),
  kms: async () => reading((await import('./kms.ts')).kms),
  lambda: async () => reading((await import('./lambda.ts')).lambda),
  s3: async () => reading((await import('./s3.ts')).s3),
}
