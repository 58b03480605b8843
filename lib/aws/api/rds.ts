import {
  DescribeDBClusterSnapshotAttributesCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotAttributesCommand,
  ModifyDBClusterSnapshotAttributeCommand,
  ModifyDBInstanceCommand,
  ModifyDBSnapshotAttributeCommand,
  RDSClient,
} from '@aws-sdk/client-rds'
import type { ApiService } from './service.ts'

/** Everything of rds that containment reads, changes and puts back. */
export const rds: ApiService = {
  client: (settings) => new RDSClient(settings),
  operations: {
    DescribeDBClusterSnapshotAttributes: DescribeDBClusterSnapshotAttributesCommand,
    DescribeDBInstances: DescribeDBInstancesCommand,
    DescribeDBSnapshotAttributes: DescribeDBSnapshotAttributesCommand,
    ModifyDBClusterSnapshotAttribute: ModifyDBClusterSnapshotAttributeCommand,
    ModifyDBInstance: ModifyDBInstanceCommand,
    ModifyDBSnapshotAttribute: ModifyDBSnapshotAttributeCommand,
  },
}
