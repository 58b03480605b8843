// The EventBridge rules that feed detect-api-call, drawn round the rules in rules/: serverless.yml asks for them whenever it packages.
const { load, readConfig, ruleFiles } = require('./library.cjs')

const ifAll = {
  'Fn::If': ['AllManagementEvents', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', 'ENABLED'],
}
const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] })

module.exports = async () => {
  const { loadRules } = load('lib/detection/rules.ts')
  const { fastLaneOf } = load('lib/detection/fast-lane.ts')
  const { packs, placeholders } = readConfig()
  const { rules, rejected } = loadRules(ruleFiles(), { packs, placeholders })
  for (const { file, line, message } of rejected) {
    console.error(`${file}${line ? `:${line}` : ''}: ${message}; the rule is left out`)
  }
  const { patterns } = fastLaneOf(rules)
  // No rule at all, no pattern: the stack still wants its queue fed by something that never matches.
  const fed = patterns.length > 0 ? patterns : [{ source: ['trailwarden.nothing'] }]
  const ids = fed.map((_, i) => (i === 0 ? 'ApiCallRule' : `ApiCallRule${i + 1}`))
  const eventRule = (EventPattern, i) => ({
    Type: 'AWS::Events::Rule',
    Properties: {
      Description: `CloudTrail's own fast lane, ${i + 1} of ${fed.length}`,
      // cannot be said in an eventBridge event of serverless.yml
      State: ifAll,
      EventPattern,
      Targets: [
        {
          Id: 'detect-api-call',
          Arn: arnOf('DetectApiCallQueue'),
          DeadLetterConfig: { Arn: arnOf('DetectApiCallDeadLetters') },
        },
      ],
    },
  })
  const queuePolicy = {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'DetectApiCallQueue' }, { Ref: 'DetectApiCallDeadLetters' }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: [arnOf('DetectApiCallQueue'), arnOf('DetectApiCallDeadLetters')],
            Condition: { ArnEquals: { 'aws:SourceArn': ids.map(arnOf) } },
          },
        ],
      },
    },
  }
  const Resources = Object.fromEntries(fed.map((pattern, i) => [ids[i], eventRule(pattern, i)]))
  return { Resources: { ...Resources, DetectApiCallQueuePolicy: queuePolicy } }
}
