import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { awsCliCommand, shellQuote } from '../../lib/containment/cli-command.ts'

/** The words as a POSIX shell reads them. */
const words = (command: string): string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)

const call = (input: Record<string, never> | object, operation = 'GetUser', service = 'iam') => ({
  service,
  operation,
  input: input as never,
})

describe('command lines', () => {
  it.each([
    [
      'UpdateAccessKey',
      'iam',
      { UserName: 'a', Status: 'Inactive' },
      'aws iam update-access-key --user-name a --status Inactive',
    ],
    [
      'ModifyDBClusterSnapshotAttribute',
      'rds',
      { DBClusterSnapshotIdentifier: 'x' },
      'aws rds modify-db-cluster-snapshot-attribute --db-cluster-snapshot-identifier x',
    ],
    ['PutPublicAccessBlock', 's3', { Bucket: 'b' }, 'aws s3api put-public-access-block --bucket b'],
    [
      'UpdateDetector',
      'guardduty',
      { Enable: false, PendingWindowInDays: 7 },
      'aws guardduty update-detector --no-enable --pending-window-in-days 7',
    ],
    ['AddPermission', 'lambda', { Principal: '*' }, "aws lambda add-permission --principal '*'"],
    [
      'RevokeSecurityGroupIngress',
      'ec2',
      { SecurityGroupRuleIds: ['sgr-1', 'sgr-2'] },
      `aws ec2 revoke-security-group-ingress --security-group-rule-ids '["sgr-1","sgr-2"]'`,
    ],
  ])('spells %s of %s as the AWS CLI does', (operation, service, input, command) => {
    expect(awsCliCommand(call(input, operation, service))).toBe(command)
  })

  it('names the Region last', () => {
    expect(awsCliCommand({ ...call({ Name: 't' }, 'StartLogging', 'cloudtrail'), region: 'eu-west-1' })).toBe(
      'aws cloudtrail start-logging --name t --region eu-west-1',
    )
  })

  it.each([
    '--profile',
    '-x',
    'file:///etc/passwd',
    'fileb://x',
    'https://192.0.2.1/',
    'a b',
    'ä',
    'a\nb',
    "a'b",
    '\u0000',
    '',
    '{"a":"\u202e"}',
  ])('never lets the option parser see %j', (UserName) => {
    const command = awsCliCommand(call({ UserName }))
    expect(command).toMatch(/^aws iam get-user --cli-input-json '[ -~]*$/)
    expect(JSON.parse(words(command)[4]!)).toEqual({ UserName })
  })

  it('is one line of printable ASCII that a shell reads back, whatever the names hold', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        "'; touch /tmp/x; '",
        '$(id)',
        '`id`',
        '\\',
        '"',
        '!!',
        '~',
        '#',
        '\n',
        '\u001b[2J',
        '-n',
        '%s',
        '*',
      ),
    )
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 3 }), (UserName, PolicyName, Values) => {
        const command = awsCliCommand(call({ UserName, PolicyName, Values }))
        expect(command).toMatch(/^[ -~]*$/)
        const [, , , ...options] = words(command)
        const read =
          options[0] === '--cli-input-json'
            ? JSON.parse(options[1]!)
            : { UserName: options[1], PolicyName: options[3], Values: JSON.parse(options[5]!) }
        expect(read).toEqual({ UserName, PolicyName, Values })
      }),
      { numRuns: 200 },
    )
  })

  it('quotes a word so that a shell reads the same word', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed())
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (list) => {
        expect(words(list.map(shellQuote).join(' '))).toEqual(list)
      }),
      { numRuns: 100 },
    )
  })
})
