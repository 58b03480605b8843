import { ACCOUNT, NAT } from './company.ts'
import { clock, type Event, iso } from './event.ts'
import { uuidOf } from './random.ts'

/** An Insights pair: a burst of calls that began and ended. Insights events have no identity of their own. */
export const insightEvents = (): Event[] => [insight('Start', '08:02:00'), insight('End', '08:07:00')]

const insight = (state: 'Start' | 'End', time: string): Event => {
  const value = `arn:aws:sts::${ACCOUNT}:assumed-role/web-instance-role`
  const usual = { average: 0.0021 }
  const burst = { average: 0.6 }
  const ended = state === 'End' && { insightDuration: 5 }
  return {
    eventVersion: '1.09',
    eventTime: iso(clock(time)),
    awsRegion: 'us-east-1',
    eventID: uuidOf(`insight/${state}`),
    eventType: 'AwsCloudTrailInsight',
    recipientAccountId: ACCOUNT,
    sharedEventID: uuidOf('insight'),
    insightDetails: {
      state,
      eventSource: 'autoscaling.amazonaws.com',
      eventName: 'CompleteLifecycleAction',
      insightType: 'ApiCallRateInsight',
      sourceEventCategory: 'Management',
      insightContext: {
        statistics: { baseline: usual, insight: burst, ...ended, baselineDuration: 10080 },
        attributions: [
          {
            attribute: 'userIdentityArn',
            insight: [{ value, ...burst }],
            baseline: [{ value, ...usual }],
          },
        ],
      },
    },
    eventCategory: 'Insight',
  }
}

/** Two calls over a VPC endpoint: one let through, one that the endpoint's policy refused. */
export const networkEvents = (): Event[] => [
  networkEvent('GetObject', '10:22:13'),
  networkEvent('PutObject', '10:22:34', {
    errorCode: 'VpceAccessDenied',
    errorMessage: 'The request was denied due to a VPC endpoint policy',
  }),
]

const networkEvent = (eventName: string, time: string, error: Event = {}): Event => ({
  eventVersion: '1.09',
  userIdentity: { type: 'AWSAccount', principalId: 'AROAEXAMPLEORDERSAPIX:orders-api', accountId: ACCOUNT },
  eventTime: iso(clock(time)),
  eventSource: 's3.amazonaws.com',
  eventName,
  awsRegion: 'us-east-1',
  sourceIPAddress: NAT['us-east-1'],
  ...error,
  requestID: uuidOf(`network/${eventName}/request`),
  eventID: uuidOf(`network/${eventName}`),
  eventType: 'AwsVpceEvent',
  recipientAccountId: ACCOUNT,
  sharedEventID: uuidOf(`network/${eventName}/shared`),
  vpcEndpointId: 'vpce-0a1b2c3d4e5f60718',
  vpcEndpointAccountId: ACCOUNT,
  eventCategory: 'NetworkActivity',
})

/** A flow log that somebody delivers into the same bucket: not CloudTrail's, so it must be skipped, with a reason. */
export const FLOW_LOG = [
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status',
  `2 ${ACCOUNT} eni-0a1b2c3d4e5f60718 192.0.2.21 198.51.100.80 49152 443 6 12 5120 ${clock('00:20:00')} ${clock('00:21:00')} ACCEPT OK`,
  '',
].join('\n')
