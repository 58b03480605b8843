import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { at, type CloudTrailEvent, identityOf } from '../trail/event.ts'
import { SDK_RETRIES } from './retry.ts'

/** Roles assumed from roles: longer chains than this are nobody's honest way to work. */
const MOST_HOPS = 5

/**
 * Whose credentials made a session, hop by hop back to the first: access key ids, principal ids and ARNs. CloudTrail's history finds the call that handed out
 * a session by the session's access key, as a resource. What it does not know ends the walk: a session younger than some minutes may have
 * no event yet.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html
 */
export const mintedBy =
  (client: Pick<CloudTrailClient, 'send'> = new CloudTrailClient(SDK_RETRIES)) =>
  async (accessKeyId: string): Promise<ReadonlySet<string>> => {
    const found = new Set<string>()
    let key = accessKeyId
    for (let hop = 0; hop < MOST_HOPS && key.startsWith('ASIA'); hop++) {
      const event = await handingOut(client, key)
      if (!event) break
      const { accessKeyId: parent, principalId, arn, issuerId, actor } = identityOf(event)
      for (const name of [parent, principalId, principalId.split(':')[0]!, arn, issuerId, actor])
        if (name !== '') found.add(name)
      if (parent === key) break
      key = parent
    }
    return found
  }

const handingOut = async (
  client: Pick<CloudTrailClient, 'send'>,
  key: string,
): Promise<CloudTrailEvent | undefined> => {
  const { Events = [] } = await client.send(
    new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: key }] }),
  )
  return Events.map(({ CloudTrailEvent: text }) => JSON.parse(text ?? '{}') as CloudTrailEvent).find(
    (event) => at(event.responseElements, 'credentials', 'accessKeyId') === key,
  )
}
