import { at, type CloudTrailEvent, resourcesOf, text } from '../trail/event.ts'

/** Request parameters that name what a call is made to, in the spelling of CloudTrail's events. */
const NAMING_PARAMETERS: ReadonlySet<string> = new Set(
  `accessKeyId allocationId bucketName clusterIdentifier clusterName configurationRecorderName dBClusterIdentifier
  dBClusterSnapshotIdentifier dBInstanceIdentifier dBSnapshotIdentifier deliveryChannelName detectorId documentName
  fileSystemId flowLogId functionName groupId groupName imageId instanceId instanceProfileName internetGatewayId keyId
  layerName logGroupName modelId name networkAclId openIDConnectProviderArn parameterName policyArn policyName queueUrl
  recoveryPointArn repositoryName resolverQueryLogConfigId resourceArn roleArn roleName routeTableId sAMLProviderArn
  secretId serialNumber snapshotId stackName tableName target topicArn trailName userName virtualMFADeviceName
  volumeId vpcId webACLArn`.split(/\s+/),
)

/** A request may be hostile: wide, deep or long. */
const MAX_OBJECTS = 500
const MAX_NAMES = 50
const MAX_CHARS = 2048

/**
 * What a call was made to: ARNs of `resources`, names and ids of the request, and the access key a call created. Each
 * once, at most 50, in the order found.
 */
export const affectedBy = (event: CloudTrailEvent): readonly string[] => {
  const names = new Set<string>()
  const add = (name: unknown) => {
    const value = text(name)
    if (value && value.length <= MAX_CHARS && names.size < MAX_NAMES) names.add(value)
  }
  resourcesOf(event).forEach(add)
  namesIn(event.requestParameters, add)
  add(at(event.responseElements, 'accessKey', 'accessKeyId'))
  return [...names]
}

const namesIn = (request: unknown, add: (name: unknown) => void): void => {
  const pending: unknown[] = [request]
  for (let visited = 0; pending.length > 0 && visited < MAX_OBJECTS; visited++) {
    const next = pending.shift()
    if (typeof next !== 'object' || next === null) continue
    for (const [name, value] of Object.entries(next).slice(0, MAX_OBJECTS)) {
      if (typeof value === 'object') pending.push(value)
      else if (NAMING_PARAMETERS.has(name)) add(value)
    }
  }
}
