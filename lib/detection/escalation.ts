import { isObject } from '../trail/event.ts'

/**
 * Ways from some rights to more, each by calls of which any one is enough. Long known:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
 */
const ABILITIES: Readonly<Record<string, readonly string[]>> = {
  rights:
    `CreatePolicyVersion SetDefaultPolicyVersion AttachUserPolicy AttachGroupPolicy AttachRolePolicy PutUserPolicy
    PutGroupPolicy PutRolePolicy AddUserToGroup CreateAccessKey CreateLoginProfile UpdateLoginProfile UpdateAssumeRolePolicy`
      .split(/\s+/)
      .map((name) => `iam:${name}`),
  assume: ['sts:AssumeRole', 'sts:AssumeRoot'],
  organization: [
    'organizations:DetachPolicy',
    'organizations:CreateAccount',
    'sso:CreateAccountAssignment',
    'sso:PutInlinePolicyToPermissionSet',
  ],
  keys: ['kms:PutKeyPolicy'],
  buckets: ['s3:PutBucketPolicy'],
}

/** What runs with a role that it is handed: with `iam:PassRole` each of them gives any role's rights. */
const RUNS_WITH_ROLE = [
  'lambda:CreateFunction',
  'ec2:RunInstances',
  'ecs:RunTask',
  'ecs:RegisterTaskDefinition',
  'batch:RegisterJobDefinition',
  'cloudformation:CreateStack',
  'codebuild:CreateProject',
  'codepipeline:CreatePipeline',
  'datapipeline:CreatePipeline',
  'glue:CreateDevEndpoint',
  'glue:CreateJob',
  'sagemaker:CreateNotebookInstance',
  'sagemaker:CreateTrainingJob',
  'ssm:StartAutomationExecution',
  'states:CreateStateMachine',
  'apprunner:CreateService',
  'scheduler:CreateSchedule',
]

/** More patterns than an IAM policy can hold; what a hostile log holds beyond is not looked at. */
const MAX_PATTERNS = 3000

/**
 * The abilities to take more rights that statements of an identity policy grant on all resources, without a condition and not denied
 * again: `rights`, `assume`, `pass-role`, `organization`, `keys`, `buckets`. `NotAction` and `NotResource` are understood.
 */
export const escalationsOf = (statements: readonly Record<string, unknown>[]): readonly string[] => {
  const wide = statements.filter(isWide)
  const allowed = coverageOf(wide.filter(({ Effect }) => Effect === 'Allow'))
  const denied = coverageOf(wide.filter(({ Effect }) => Effect === 'Deny'))
  const grants = (action: string): boolean => allowed(action) && !denied(action)
  const found = Object.keys(ABILITIES).filter((ability) => ABILITIES[ability]!.some(grants))
  return grants('iam:PassRole') && RUNS_WITH_ROLE.some(grants) ? [...found, 'pass-role'] : found
}

/** Holds for all resources, always, and for whoever has the policy. */
const isWide = (statement: Record<string, unknown>): boolean => {
  const { Effect, Principal, NotPrincipal, Condition, Resource, NotResource } = statement
  if (Principal !== undefined || NotPrincipal !== undefined) return false
  if (isObject(Condition) && Object.keys(Condition).length > 0) return false
  if (NotResource !== undefined) return Effect === 'Allow'
  return textsOf(Resource).some((resource) => ALL_RESOURCES.test(resource))
}

/** `*`, or an ARN that ends in everything, or in everything of a kind that IAM knows. */
const ALL_RESOURCES = /^\*+$|^arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:(?:role|user|group|policy)\/)?\*$/

const coverageOf = (statements: readonly Record<string, unknown>[]): ((action: string) => boolean) => {
  const parts = statements.map(({ Action, NotAction }) => ({
    not: Action === undefined && NotAction !== undefined,
    patterns: textsOf(Action ?? NotAction).slice(0, MAX_PATTERNS),
  }))
  return (action) =>
    parts.some(({ not, patterns }) => patterns.some((pattern) => isLike(action, pattern)) !== not)
}

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string')

/** Letters of any case, `*` and `?` as IAM means them. Steps back to the last star only, so that no pattern takes long. */
const isLike = (action: string, pattern: string): boolean => {
  const text = action.toLowerCase()
  const wanted = pattern.toLowerCase()
  let at = 0
  let next = 0
  let star = -1
  let held = 0
  while (at < text.length) {
    if (wanted[next] === '*') {
      star = next++
      held = at
    } else if (wanted[next] === '?' || wanted[next] === text[at]) {
      next++
      at++
    } else if (star >= 0) {
      next = star + 1
      at = ++held
    } else return false
  }
  while (wanted[next] === '*') next++
  return next === wanted.length
}
