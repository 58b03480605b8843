import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import type { ApiService } from './service.ts'

/** Everything of events that containment reads, changes and puts back. */
export const events: ApiService = {
  client: (settings) => new EventBridgeClient(settings),
  operations: {
    DescribeRule: DescribeRuleCommand,
    DisableRule: DisableRuleCommand,
    EnableRule: EnableRuleCommand,
    ListRules: ListRulesCommand,
    ListTargetsByRule: ListTargetsByRuleCommand,
    PutRule: PutRuleCommand,
    PutTargets: PutTargetsCommand,
    RemoveTargets: RemoveTargetsCommand,
  },
}
