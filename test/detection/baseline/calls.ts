import type { LocatedEvent } from '../../../lib/ports.ts'
import type { CloudTrailEvent } from '../../../lib/trail/event.ts'

let made = 0

/** A changing call of alice in us-east-1, unless `event` says otherwise. */
export const call = (time: string, event: CloudTrailEvent = {}): LocatedEvent => {
  const index = made++
  return {
    key: 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/a.json.gz',
    index,
    event: {
      eventVersion: '1.11',
      eventID: `event-${String(index).padStart(8, '0')}`,
      eventTime: time,
      eventSource: 'ssm.amazonaws.com',
      eventName: 'SendCommand',
      eventType: 'AwsApiCall',
      eventCategory: 'Management',
      awsRegion: 'us-east-1',
      recipientAccountId: '111122223333',
      readOnly: false,
      sourceIPAddress: '192.0.2.10',
      userAgent: 'aws-cli/2.15.0 Python/3.11',
      userIdentity: {
        type: 'IAMUser',
        arn: 'arn:aws:iam::111122223333:user/alice',
        principalId: 'AIDAEXAMPLEALICE00000',
        accountId: '111122223333',
        userName: 'alice',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      },
      ...event,
    },
  }
}

/** That many calls in one minute, `2026-01-08T10:00`. */
export const burst = (minute: string, calls: number, event: CloudTrailEvent = {}): LocatedEvent[] =>
  Array.from({ length: calls }, (_, i) => call(`${minute}:${String(i % 60).padStart(2, '0')}Z`, event))

/** A call that only tells that the account is known at that time. */
export const alive = (time: string, event: CloudTrailEvent = {}): LocatedEvent =>
  call(time, { eventSource: 'sts.amazonaws.com', eventName: 'GetCallerIdentity', readOnly: true, ...event })
