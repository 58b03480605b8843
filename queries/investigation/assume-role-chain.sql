/*---
name: assume-role-chain
title: The chain of sessions that began with a key
question: Which sessions were made with this key, and with the keys of those sessions, down to three steps?
params:
  - { name: access_key_id, type: string, description: 'the key at the head of the chain, AKIA... or ASIA...' }
  - since
  - until
columns: {
  step: integer, eventtime: timestamp, eventname: string, key_used: string, session_of: string, key_made: string,
  sourceipaddress: string, eventid: string
  }
tags: [investigation, key, sts]
notes:
  - Follows three steps. Ask again with the last key of a chain to go further.
---*/
WITH handed AS (
  SELECT
    eventTime,
    eventName,
    userIdentity.accessKeyId AS key_used,
    json_extract_scalar(responseElements, '$.credentials.accessKeyId') AS key_made,
    COALESCE(
      requestParameters.roleArn,
      json_extract_scalar(responseElements, '$.assumedRoleUser.arn'),
      json_extract_scalar(responseElements, '$.federatedUser.arn')
    ) AS session_of,
    sourceIPAddress,
    eventID
  FROM events
  WHERE eventSource = 'sts.amazonaws.com'
    AND json_extract_scalar(responseElements, '$.credentials.accessKeyId') IS NOT NULL
    AND eventTime >= :since AND eventTime < :until
),
first_step AS (SELECT * FROM handed WHERE key_used = :access_key_id),
second_step AS (SELECT handed.* FROM handed JOIN first_step ON handed.key_used = first_step.key_made),
third_step AS (SELECT handed.* FROM handed JOIN second_step ON handed.key_used = second_step.key_made)
SELECT 1 AS step, eventTime, eventName, key_used, session_of, key_made, sourceIPAddress, eventID FROM first_step
UNION ALL
SELECT 2, eventTime, eventName, key_used, session_of, key_made, sourceIPAddress, eventID FROM second_step
UNION ALL
SELECT 3, eventTime, eventName, key_used, session_of, key_made, sourceIPAddress, eventID FROM third_step
ORDER BY step, eventTime, eventID
LIMIT 1000
