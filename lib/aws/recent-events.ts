import { CloudTrailClient, paginateLookupEvents } from '@aws-sdk/client-cloudtrail'
import type { Quiet } from '../action.ts'
import type { CloudTrailEvent } from '../trail/event.ts'
import { SDK_RETRIES } from './retry.ts'

/** LookupEvents answers 50 events a page, the newest first, two pages a second: who is quiet has none. */
const MOST_EVENTS = 200

/**
 * What a contained key did lately, by LookupEvents, in the function's Region and in us-east-1, where IAM and other global services log. CloudTrail finds
 * events by access key and not by principal: of a principal nothing is looked for, and verification says so. Nor does it when there are more events than
 * are read and all that were read were refused or say nothing: a flood of them must not hide one that worked.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const recentEvents =
  (clients: readonly CloudTrailClient[] = clientsHere()) =>
  async ({ accessKeyId }: Quiet, since: string): Promise<readonly CloudTrailEvent[] | undefined> => {
    if (accessKeyId === undefined) return undefined
    const found: CloudTrailEvent[] = []
    let whole = true
    for (const client of clients) {
      const { events, cut } = await eventsOf(client, accessKeyId, since)
      found.push(...events)
      whole = whole && !cut
    }
    return whole || found.some(says) ? found : undefined
  }

/** Nobody can be denied to ask who he is. */
const says = ({ errorCode, eventName }: CloudTrailEvent): boolean =>
  (errorCode ?? '') === '' && eventName !== 'GetCallerIdentity'

const clientsHere = (): readonly CloudTrailClient[] => {
  const here = process.env['AWS_REGION'] ?? 'us-east-1'
  return [...new Set([here, 'us-east-1'])].map((region) => new CloudTrailClient({ ...SDK_RETRIES, region }))
}

const eventsOf = async (
  client: CloudTrailClient,
  key: string,
  since: string,
): Promise<{ readonly events: readonly CloudTrailEvent[]; readonly cut: boolean }> => {
  const found: CloudTrailEvent[] = []
  const pages = paginateLookupEvents(
    { client },
    {
      LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: key }],
      StartTime: new Date(since),
    },
  )
  for await (const { Events = [], NextToken } of pages) {
    for (const { CloudTrailEvent: text } of Events) if (text) found.push(JSON.parse(text) as CloudTrailEvent)
    if (found.length >= MOST_EVENTS) return { events: found, cut: NextToken !== undefined }
  }
  return { events: found, cut: false }
}
