import type { Answer, Served, ServedTrail } from './served.ts'
import type { TrailKeyPair } from './signed-trail.ts'

/** One operation of CloudTrail, or of Organizations, as JSON 1.1. */
export const cloudTrailAnswer = (served: Served, operation: string, body: string, region: string): Answer => {
  if (served.denied?.some((name) => name === operation || name === `${operation} ${region}`)) {
    return error(operation, 'AccessDeniedException', `not authorized to perform: cloudtrail:${operation}`)
  }
  const input = JSON.parse(body || '{}') as Record<string, unknown>
  switch (operation) {
    case 'ListPublicKeys':
      return json(operation, publicKeys(served, region, Number(input['NextToken'] ?? 0)))
    case 'DescribeTrails':
      return json(operation, { trailList: trailsOf(served, input['trailNameList']).map(described) })
    case 'ListTrails':
      return json(operation, {
        Trails: (served.trails ?? []).map((trail) => ({ TrailARN: trail.arn, ...nameOf(trail) })),
      })
    case 'GetTrailStatus': {
      const [trail] = trailsOf(served, [input['Name']])
      return trail
        ? json(operation, statusOf(trail, region))
        : error(operation, 'TrailNotFoundException', 'Unknown trail')
    }
    case 'DescribeOrganization':
      return served.organization
        ? json(operation, { Organization: { Id: served.organization } })
        : error(operation, 'AWSOrganizationsNotInUseException', 'not a member of an organization')
    default:
      return error(operation, 'UnknownOperationException', operation)
  }
}

const publicKeys = ({ publicKeys: all, keysAtOnce = 100 }: Served, region: string, from: number) => {
  const pairs = all?.get(region) ?? []
  const next = from + keysAtOnce
  return {
    PublicKeyList: pairs.slice(from, next).map(keyOf),
    ...(next < pairs.length && { NextToken: String(next) }),
  }
}

const keyOf = ({ der, fingerprint }: Pick<TrailKeyPair, 'der' | 'fingerprint'>) => ({
  Value: Buffer.from(der).toString('base64'),
  ValidityStartTime: Date.parse('2020-01-01T00:00:00Z') / 1000,
  ValidityEndTime: Date.parse('2040-01-01T00:00:00Z') / 1000,
  Fingerprint: fingerprint,
})

const trailsOf = ({ trails = [] }: Served, names: unknown): readonly ServedTrail[] =>
  Array.isArray(names) && names.length > 0
    ? trails.filter((trail) => names.includes(trail.arn) || names.includes(nameOf(trail).Name))
    : trails

const nameOf = ({ arn }: ServedTrail) => {
  const [, , , region, , name] = arn.split(':')
  return { Name: name?.replace('trail/', ''), HomeRegion: region }
}

const described = (trail: ServedTrail) => ({
  ...nameOf(trail),
  TrailARN: trail.arn,
  S3BucketName: trail.bucket,
  ...(trail.prefix && { S3KeyPrefix: trail.prefix }),
  IsMultiRegionTrail: trail.isMultiRegion ?? false,
  IsOrganizationTrail: trail.isOrganization ?? false,
  LogFileValidationEnabled: true,
  IncludeGlobalServiceEvents: true,
})

const statusOf = ({ isLogging = true, latestDigest = {}, stopped }: ServedTrail, region: string) => ({
  IsLogging: isLogging,
  ...(latestDigest[region] && { LatestDigestDeliveryTime: Date.parse(latestDigest[region]) / 1000 }),
  ...(stopped && { StopLoggingTime: Date.parse(stopped) / 1000 }),
})

const json = (operation: string, value: unknown): Answer => ({
  operation,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(value),
})

const error = (operation: string, code: string, message: string): Answer => ({
  ...json(operation, { __type: code, message, Message: message }),
  status: 400,
})
