import type { ApiServices } from './service.ts'

/** Every service that containment may act on, each loaded when it is first called. */
export const API_SERVICES: ApiServices = {
  iam: async () => (await import('./iam.ts')).iam,
  cloudtrail: async () => (await import('./cloudtrail.ts')).cloudtrail,
  ec2: async () => (await import('./ec2.ts')).ec2,
  s3: async () => (await import('./s3.ts')).s3,
  s3control: async () => (await import('./s3control.ts')).s3control,
  rds: async () => (await import('./rds.ts')).rds,
  kms: async () => (await import('./kms.ts')).kms,
  lambda: async () => (await import('./lambda.ts')).lambda,
  guardduty: async () => (await import('./guardduty.ts')).guardduty,
  organizations: async () => (await import('./organizations.ts')).organizations,
  events: async () => (await import('./events.ts')).events,
}
