import { createHash } from 'node:crypto'
import { type Finding, findingId, type Level } from './finding.ts'
import type { Row } from './ports.ts'
import { visible } from './report/escape.ts'
import { type CloudTrailEvent, identityOf } from './trail/event.ts'

/** What a query's head says, as far as a finding cites it. */
export interface ReportingQuery {
  readonly name: string
  readonly title: string
  readonly severity: Level
  readonly tags: readonly string[]
  readonly file: string
  readonly finding?: { readonly key?: readonly string[] | undefined; readonly summary: string }
}

/**
 * A row of a query that reports, as a finding. Columns that carry an event's field names fill the finding; a row that names
 * an event is one finding with that event, any other is told apart by the key of the query, or by all its values. `now` stands in for a row without a time.
 */
export const queryFinding = (query: ReportingQuery, row: Row, index: number, now: string): Finding => {
  const field = (name: string): string => {
    const column = Object.keys(row).find((key) => key.toLowerCase() === name.toLowerCase())
    return (column === undefined ? undefined : row[column]) ?? ''
  }
  const key = query.finding?.key?.map(field) ?? row
  const eventID = field('eventID') || createHash('sha256').update(JSON.stringify(key)).digest('hex')
  const errorCode = field('errorCode')
  const raw: CloudTrailEvent = {
    ...row,
    userIdentity: {
      arn: field('arn'),
      accountId: field('accountId'),
      accessKeyId: field('accessKeyId'),
      type: field('type'),
    },
  }
  return {
    id: findingId(query.name, eventID),
    rule: { id: query.name, title: titleOf(query, field), level: query.severity, tags: query.tags },
    time: timeOf(field('eventTime')) ?? now,
    event: {
      eventID,
      eventName: field('eventName'),
      eventSource: field('eventSource'),
      recipientAccountId: field('recipientAccountId'),
      awsRegion: field('awsRegion'),
      sourceIPAddress: field('sourceIPAddress'),
      userAgent: field('userAgent'),
      ...(errorCode && { errorCode }),
    },
    actor: identityOf(raw),
    resources: ['bucket', 'trail'].map(field).filter(Boolean),
    events: field('eventID') ? [eventID] : [],
    source: { key: query.file, index },
    raw,
  }
}

/** A value is an event's: hostile text, and perhaps a whole policy. */
const LONGEST = 120

const titleOf = ({ title, finding }: ReportingQuery, field: (name: string) => string): string => {
  const summary = finding?.summary.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = visible(field(name)) || '(none)'
    return value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value
  })
  return summary === undefined ? title : `${title}: ${summary}`
}

/** Athena's timestamps are UTC and carry no zone: `2026-11-01 10:00:07.000`. */
const timeOf = (text: string): string | undefined => {
  const at = new Date(`${text.replace(' ', 'T').replace(/(Z| UTC)$/, '')}Z`)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
