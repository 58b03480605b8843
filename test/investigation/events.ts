import type { CloudTrailEvent } from '../../lib/trail/event.ts'

/** Hand-made events of a role chain. `who` signs with a key; times are minutes past 10:00 on 1 November 2026. */
export interface Who {
  readonly account: string
  readonly key: string
  readonly principal: string
  readonly arn: string
  readonly issuer?: { readonly id: string; readonly arn: string }
}

let next = 0

export const time = (minute: number): string =>
  new Date(Date.UTC(2026, 10, 1, 10, minute)).toISOString().replace('.000Z', 'Z')

export const user = (account: string, name: string, id: string, key: string): Who => ({
  account,
  key,
  principal: id,
  arn: `arn:aws:iam::${account}:user/${name}`,
})

export const inRole = (account: string, role: string, id: string, session: string, key: string): Who => ({
  account,
  key,
  principal: `${id}:${session}`,
  arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
  issuer: { id, arn: `arn:aws:iam::${account}:role/${role}` },
})

export const event = (who: Who, minute: number, name: string, more: Partial<CloudTrailEvent> = {}) => ({
  eventVersion: '1.11',
  eventTime: time(minute),
  eventSource: 'sts.amazonaws.com',
  eventName: name,
  awsRegion: 'us-east-1',
  eventID: `00000000-0000-4000-8000-${String(next++).padStart(12, '0')}`,
  recipientAccountId: who.account,
  userIdentity: {
    type: who.issuer ? 'AssumedRole' : 'IAMUser',
    principalId: who.principal,
    arn: who.arn,
    accountId: who.account,
    accessKeyId: who.key,
    ...(who.issuer && {
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: who.issuer.id,
          arn: who.issuer.arn,
          accountId: who.account,
        },
      },
    }),
  },
  ...more,
})

/** `who` becomes `whom` and gets its key, for an hour. */
export const assume = (who: Who, whom: Who, minute: number, more: Partial<CloudTrailEvent> = {}) =>
  event(who, minute, 'AssumeRole', {
    requestParameters: { roleArn: whom.issuer!.arn, roleSessionName: whom.principal.split(':')[1] },
    responseElements: {
      credentials: { accessKeyId: whom.key, expiration: printed(minute + 60) },
      assumedRoleUser: { assumedRoleId: whom.principal, arn: whom.arn },
    },
    ...more,
  })

/** As CloudTrail prints an expiration: `Nov 1, 2026, 11:05:00 AM`. */
export const printed = (minute: number): string => {
  const at = new Date(Date.UTC(2026, 10, 1, 10, minute))
  const hour = at.getUTCHours()
  const minutes = String(at.getUTCMinutes()).padStart(2, '0')
  return `Nov ${at.getUTCDate()}, 2026, ${hour % 12 || 12}:${minutes}:00 ${hour < 12 ? 'AM' : 'PM'}`
}
