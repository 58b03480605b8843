/*---
name: root-activity
title: What the root user did
question: Which calls did the root user make, from where?
tags: [root]
---*/
SELECT
  eventTime,
  eventName,
  eventSource,
  sourceIPAddress,
  userAgent
FROM security-events
WHERE userIdentity.type = 'Root'
  AND eventTime > '2024-01-01 00:00:00'
ORDER BY eventTime DESC
