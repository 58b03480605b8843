import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { SDK_RETRIES } from './retry.ts'

/** SNS takes 100 characters of subject and 256 KB of message; nobody reads the rest. */
const SUBJECT = 100
const MESSAGE = 16 * 1024

/**
 * A topic people read. Text comes from logs: control characters go, line ends too, so that no value forges a line. SNS refuses a
 * subject that is not ASCII.
 */
export const topicOf = (arn: string, client: SNSClient = new SNSClient(SDK_RETRIES)) => ({
  send: async (subject: string, lines: readonly string[]): Promise<void> => {
    const input = {
      TopicArn: arn,
      Subject: asciiOf(subject).slice(0, SUBJECT).trim(),
      Message: lines.map(oneLine).join('\n').slice(0, MESSAGE),
    }
    await client.send(new PublishCommand(input))
  },
})

const oneLine = (text: string): string => text.replaceAll(/\p{C}/gu, '\u{fffd}')
const asciiOf = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?')
