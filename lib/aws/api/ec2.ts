import {
  AssociateIamInstanceProfileCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeImageAttributeCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotAttributeCommand,
  DisassociateIamInstanceProfileCommand,
  EC2Client,
  ModifyImageAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ModifySnapshotAttributeCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import type { ApiService } from './service.ts'

/** Everything of ec2 that containment reads, changes and puts back. */
export const ec2: ApiService = {
  client: (settings) => new EC2Client(settings),
  operations: {
    AssociateIamInstanceProfile: AssociateIamInstanceProfileCommand,
    AuthorizeSecurityGroupIngress: AuthorizeSecurityGroupIngressCommand,
    CreateSecurityGroup: CreateSecurityGroupCommand,
    DescribeIamInstanceProfileAssociations: DescribeIamInstanceProfileAssociationsCommand,
    DescribeImageAttribute: DescribeImageAttributeCommand,
    DescribeInstances: DescribeInstancesCommand,
    DescribeNetworkInterfaces: DescribeNetworkInterfacesCommand,
    DescribeSecurityGroupRules: DescribeSecurityGroupRulesCommand,
    DescribeSecurityGroups: DescribeSecurityGroupsCommand,
    DescribeSnapshotAttribute: DescribeSnapshotAttributeCommand,
    DisassociateIamInstanceProfile: DisassociateIamInstanceProfileCommand,
    ModifyImageAttribute: ModifyImageAttributeCommand,
    ModifyNetworkInterfaceAttribute: ModifyNetworkInterfaceAttributeCommand,
    ModifySnapshotAttribute: ModifySnapshotAttributeCommand,
    RevokeSecurityGroupEgress: RevokeSecurityGroupEgressCommand,
    RevokeSecurityGroupIngress: RevokeSecurityGroupIngressCommand,
  },
}
