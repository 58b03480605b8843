/** The account and day of a partition; days as the table writes them. */
export interface AccountDay {
  readonly account: string
  readonly day: string
}

/**
 * The first day (YYYY-MM-DD) from which log files must be read as delivered: before it, every account-day that has a partition of log
 * files (`delivered`, days YYYY/MM/DD) is compacted. `today` when all are; tomorrow's partitions, made ahead, count for nothing.
 */
export const boundaryOf = async (
  delivered: AsyncIterable<AccountDay>,
  compacted: AsyncIterable<AccountDay>,
  today: string,
): Promise<string> => {
  const done = new Set<string>()
  for await (const { account, day } of compacted) done.add(`${account} ${day}`)
  let first = today
  for await (const { account, day: folder } of delivered) {
    const day = folder.replaceAll('/', '-')
    if (day < first && !done.has(`${account} ${day}`)) first = day
  }
  return first
}
