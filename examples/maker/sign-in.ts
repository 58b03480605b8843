import { ACCOUNT, TOMAS } from './company.ts'
import { type Event, event, idOf, iso } from './event.ts'
import { consoleSession, type Person } from './people.ts'
import { type Random, uuidOf } from './random.ts'

/** Sign-in through Identity Center: password, second factor, role, console. */
export const signIn = (random: Random, person: Person): Event[] => {
  const start = person.since - 30
  const who = {
    type: 'IdentityCenterUser',
    accountId: ACCOUNT,
    onBehalfOf: {
      userId: uuidOf(person.name),
      identityStoreArn: `arn:aws:identitystore::${ACCOUNT}:identitystore/d-0a1b2c3d4e`,
    },
    credentialId: uuidOf(`${person.name}/credential`),
  }
  const base = {
    who,
    region: 'us-east-1' as const,
    ip: person.ip,
    agent: person.agent,
    source: 'signin',
    type: 'AwsServiceEvent',
  }
  const step = (after: number, name: string, outcome: Event, extra: Event) =>
    event(random, { ...base, at: start + after, name, extra, also: { serviceEventDetails: outcome } })
  const flow = { AuthWorkflowID: uuidOf(`${person.name}/flow`) }
  const verified = { CredentialVerification: 'Success' }
  return [
    step(
      0,
      'CredentialChallenge',
      { CredentialChallenge: 'Success' },
      { ...flow, CredentialType: 'PASSWORD' },
    ),
    ...(person.name === TOMAS
      ? [
          step(
            4,
            'CredentialVerification',
            { CredentialVerification: 'Failure' },
            { ...flow, CredentialType: 'PASSWORD' },
          ),
        ]
      : []),
    step(9, 'CredentialVerification', verified, { ...flow, CredentialType: 'PASSWORD' }),
    step(18, 'CredentialVerification', verified, { ...flow, CredentialType: 'TOTP' }),
    step(
      19,
      'UserAuthentication',
      { UserAuthentication: 'Success' },
      { ...flow, LoginTo: 'https://example.awsapps.com/start', CredentialType: 'PASSWORD,TOTP' },
    ),
    federate(random, person, start + 26),
    consoleLogin(random, person),
  ]
}

const federate = (random: Random, person: Person, at: number): Event => {
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/${person.role}`
  const principalArn = `arn:aws:iam::${ACCOUNT}:saml-provider/AWSSSO_0c9d8e7f6a5b4c3d_DO_NOT_DELETE`
  return event(random, {
    who: {
      type: 'SAMLUser',
      principalId: `${uuidOf('provider')}:${person.name}`,
      userName: person.name,
      identityProvider: uuidOf('provider'),
    },
    at,
    source: 'sts',
    name: 'AssumeRoleWithSAML',
    region: 'us-east-1',
    ip: person.ip,
    agent: 'aws-internal/3 aws-sdk-java/1.12.770 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.12',
    params: {
      sAMLAssertionID: `_${uuidOf(`${person.name}/assertion`)}`,
      roleSessionName: person.name,
      roleArn,
      principalArn,
      durationSeconds: 28800,
    },
    response: {
      credentials: { accessKeyId: person.accessKeyId, sessionToken: 'HIDDEN', expiration: iso(at + 28800) },
      assumedRoleUser: {
        assumedRoleId: `${idOf('AROA', person.role)}:${person.name}`,
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${person.role}/${person.name}`,
      },
      subject: person.name,
      subjectType: 'persistent',
      issuer: 'https://portal.sso.us-east-1.amazonaws.com/saml/assertion/example',
      audience: 'https://signin.aws.amazon.com/saml',
    },
    resources: [
      { accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: roleArn },
      { accountId: ACCOUNT, type: 'AWS::IAM::SAMLProvider', ARN: principalArn },
    ],
  })
}

const consoleLogin = (random: Random, person: Person): Event => {
  const { accessKeyId: _none, ...who } = consoleSession(person)
  return event(random, {
    who,
    at: person.since,
    source: 'signin',
    name: 'ConsoleLogin',
    region: person.region,
    ip: person.ip,
    agent: person.agent,
    response: { ConsoleLogin: 'Success' },
    extra: {
      MobileVersion: 'No',
      MFAUsed: 'No',
      SamlProviderArn: `arn:aws:iam::${ACCOUNT}:saml-provider/AWSSSO_0c9d8e7f6a5b4c3d_DO_NOT_DELETE`,
    },
    type: 'AwsConsoleSignIn',
  })
}
