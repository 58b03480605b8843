import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseQuery } from '../../lib/query/pack.ts'

const queriesOf = (pack: string) => {
  const folder = join(import.meta.dirname, '../../queries', pack)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => parseQuery(join(folder, name), readFileSync(join(folder, name), 'utf8')))
}
const covered = (pack: string): string[] => queriesOf(pack).flatMap(({ covers }) => covers)

/** CloudTrail Lake's managed dashboards without "Enriched events", whose eight widgets need eventContext. */
const WIDGETS: Readonly<Record<string, string>> = {
  'Security monitoring':
    'Top access denied events|Failed ConsoleLogin attempts|Failed ConsoleLogin attempts by IP address|Root user ConsoleLogin attempts|Destructive actions|Top cross-account access|Users who disabled MFA|Recent EC2 SecurityGroup and NetworkAcl changes|Recent EC2 SecurityGroup changes that allow public access|Potential CloudTrail disabling actions',
  'IAM activity':
    'Top IAM APIs|Top IAM callers|IAM success vs failure trend|Top IAM API errors|Top AccessDenied IAM APIs|Top IP addresses of IAM calls|Recent IAM policy changes|Recent IAM user changes|Top assumed IAM roles',
  'User activity':
    'User activity trends by user ARN|User activity trends by API|Most recent user activity|Top users with errors|Top users with AccessDenied errors|Top users making destructive actions|Top users changing IAM policies|Top actions performed by potential IAM privileged users',
  'Error analysis':
    'Error count by service|Error count by API|Top errors by error code|Top errors by error message|Top AccessDenied errors by API|Top throttled errors by API|Top users with errors',
  'EC2 activity':
    'EC2 instance management activity overview|EC2 API success vs failure trends|Top EC2 errors|Top EC2 AccessDenied events|Top users launching EC2 instances|Recent EC2 SecurityGroup and NetworkInterface changes|Recent VPC management and route table changes|Recent EC2 actions by root user',
  'Organizations activity':
    'Activity trend in the organization|Member account management summary|Most used services across organization|Most active accounts by service|Most used APIs across organization|Most active member accounts|Access denied errors trend across the organization|Accounts with most access denied errors|Recent service control policy changes',
  'Resource changes':
    'Resource creation and deletion trends|Top users performing resource creation|Top APIs used for resource creation|Top APIs used for resource deletion|Most recent resources created outside CloudFormation|Most recent resource changes made using console|Most recent S3 bucket access changes|Most recent KMS key access changes',
  'Data events overview':
    'Overall data events trend|Top services generating data events|Top APIs generating data events|Top regions generating data events|Top throttled data plane APIs|Top users of data plane APIs',
  'Lambda data events':
    'Lambda data plane API activity|Lambda invocations success vs failure trend|Top users of Lambda invocations|Top invoked Lambda functions|Top 10 Lambda Invoke API errors|Most throttled users of Lambda invocations',
  'DynamoDB data events':
    'DynamoDB account data activity|DynamoDB data plane APIs success vs failure trend|Top 10 DynamoDB data plane APIs|Top users of DynamoDB data plane APIs|Top 10 DynamoDB data plane API errors|Most throttled users of DynamoDB data plane APIs|Top throttled DynamoDB data plane APIs|Top throttled DynamoDB tables',
  'S3 data events': 'S3 account activity|Most accessed objects|S3 top users|Top S3 actions',
  'Insights events':
    'Insight types|Insights by date|API call rate Insights by event source|API error rate Insights by event source|Insights by top users|Insights events',
  'Management events':
    'Top access denied events|Top errors by user|Console sign-in events|Destructive actions|TLS version|Outdated TLS calls by user',
  Overview: 'Account activity|Top errors|Most active regions|Top services|Most throttled events|Top users',
}

/** AWS's public sample queries, those that are about CloudTrail's events, by the names of their files. */
const SAMPLES =
  'iam-access-key-activity|iam-access-key-success-activity|s3-actions-by-iam-access-key|iam-role-assumed-by-iam-access-key|iam-role-activity|top-actions-by-iam-role|top-iam-actions-by-principal|SelfAssumeRole|user-added-to-admin-group|users-by-account|cross-account-access|aws-support-access|console-login-with-no-mfa|activity-performed-by-IP-address|iam-idc-authenticate-api|iam-idc-federate-api-by-idc-user|iam-idc-user-count-and-group-activity|iam-idc-user-create-iam-role|iam-idc-user-create-iam-user|iam-idc-user-create-iam-user-acces-keys|iam-idc-user-denied-activity|iam-idc-user-modify-iam-policy|iam-idc-user-mutable-actions|top-errors|list-events-with-errors|list-all-errors-for-s3-events|logs-by-region|list-all-events-not-in-authorized-region|list-all-events-in-a-flatten-table-format|list-write-events-from-management-console|list-all-manually-created-resources|event-response-element-by-event-id|tag-history-by-resource|data-by-week-day|cloudtrail-configuration-changes|tls-version|tls-unsupported-version|ec2-events|ec2-api-run-instances|iam-principal-by-launched-ec2-instance-id|ec2-public-security-group|ec2-security-historical-changes|find-snapshots-not-encrypted|network-activity-events|network-activity-events-vpce-access-denied|network-activity-events-vpce-access-denied-s3|network-activity-events-vpce-access-denied-secrets-manager|top-s3-actions|top-s3-objects|list-attempted-s3-requests|list-all-S3-PutObjects-Encryption-status|s3-buckets-using-acls|s3-buckets-public-access-block-historical-changes|aurora-databases-with-performance-insights|aurora-mysql-databases-with-instance-class-information|aurora-postgresql-databases-with availability-zone-information|database-failover-information|database-reboot-information|db-cluster-point-in-time-restore|rds-db-deleted-with-no-snapshot|list-publicly-accessible-rds-instances|dynamodb-scan-operations|EstimateAmountOfConfigurationItems|MostEvaluatedConfigRule|resourceCompliance'

const numbers = (prefix: string, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${prefix}${first + index}`)

describe('what the packs are to cover', () => {
  it('is every widget of the dashboards that a trail can answer, each once', () => {
    const wanted = Object.entries(WIDGETS).flatMap(([board, titles]) =>
      titles.split('|').map((title) => `${board}: ${title}`),
    )
    expect(wanted).toHaveLength(101)
    expect(covered('lake-dashboards').toSorted()).toEqual(wanted.toSorted())
  })

  it('is every sample question about events, each once', () => {
    expect(SAMPLES.split('|')).toHaveLength(65)
    expect(covered('lake-samples').toSorted()).toEqual(SAMPLES.split('|').toSorted())
  })

  it.each([
    ['CIS v1.2 ', ['CIS v1.2 1.1', ...numbers('CIS v1.2 3.', 1, 14)]],
    ['CIS v1.4 ', ['CIS v1.4 1.7', ...numbers('CIS v1.4 4.', 1, 16)]],
    ['CIS v3.0 ', numbers('CIS v3.0 4.', 1, 16)],
    ['CIS v5.0 ', numbers('CIS v5.0 4.', 1, 16)],
    ['CIS v6.0 ', numbers('CIS v6.0 5.', 1, 16)],
    ['CloudWatch.', numbers('CloudWatch.', 1, 14)],
  ])('is every monitoring control of %s', (prefix, wanted) => {
    const controls = queriesOf('cis').flatMap((query) => query.controls)
    expect(controls.filter((control) => control.startsWith(prefix)).toSorted()).toEqual(wanted.toSorted())
  })

  it('reports each control: every query of the pack cis has a severity and says what it found', () => {
    for (const query of queriesOf('cis')) {
      expect([query.name, query.controls.length > 0, query.severity !== undefined]).toEqual([
        query.name,
        true,
        true,
      ])
      expect(query.finding?.summary).toContain('{')
    }
  })
})
