import {
  CloudTrailClient,
  ListPublicKeysCommand,
  type PublicKey as SdkPublicKey,
} from '@aws-sdk/client-cloudtrail'
import { messageOf } from '../errors.ts'
import type { PublicKey, PublicKeys } from '../ports.ts'
import { codeOf, SDK_RETRIES } from './retry.ts'

/** A digest is signed up to two hours after its end; its key may have begun in between. */
const SLACK_MS = 2 * 60 * 60 * 1000

/**
 * CloudTrail's public keys, asked of the Region that signed the digest. An answer is kept for the life of the process;
 * a failure is not, and becomes `reason`.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html
 */
export const cloudTrailPublicKeys = (
  clientOf: (region: string) => CloudTrailClient = (region) =>
    new CloudTrailClient({ ...SDK_RETRIES, region }),
): PublicKeys => {
  const clients = new Map<string, CloudTrailClient>()
  const answers = new Map<string, readonly PublicKey[]>()
  const clientIn = (region: string): CloudTrailClient => {
    const client = clients.get(region) ?? clientOf(region)
    clients.set(region, client)
    return client
  }
  return {
    of: async (region, from, to) => {
      const asked = `${region} ${from} ${to}`
      const known = answers.get(asked)
      if (known) return { keys: known }
      try {
        const keys = await listKeys(clientIn(region), from, to)
        if (keys.length > 0) answers.set(asked, keys)
        return keys.length > 0
          ? { keys }
          : { keys, reason: `CloudTrail names no public key of ${region} for ${from} to ${to}` }
      } catch (error) {
        return {
          keys: [],
          reason: `ListPublicKeys in ${region} failed: ${codeOf(error)}: ${messageOf(error)}`,
        }
      }
    },
  }
}

const listKeys = async (
  client: CloudTrailClient,
  from: string,
  to: string,
): Promise<readonly PublicKey[]> => {
  const keys: PublicKey[] = []
  let token: string | undefined
  do {
    const page = await client.send(
      new ListPublicKeysCommand({
        StartTime: new Date(from),
        EndTime: new Date(Date.parse(to) + SLACK_MS),
        ...(token && { NextToken: token }),
      }),
    )
    keys.push(...(page.PublicKeyList ?? []).flatMap(ours))
    token = page.NextToken
  } while (token)
  return keys
}

const ours = (key: SdkPublicKey): PublicKey[] => {
  if (!key.Value || !key.Fingerprint) return []
  const { ValidityStartTime: start, ValidityEndTime: end } = key
  return [
    {
      value: key.Value,
      fingerprint: key.Fingerprint.toLowerCase(),
      ...(start && { validFrom: start.toISOString() }),
      ...(end && { validTo: end.toISOString() }),
    },
  ]
}
