/*---
name: aurora-performance-insights
title: Aurora databases and Performance Insights
question: Which Aurora instances were created, and is Performance Insights on?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, db_instance: string, engine: string,
  performance_insights: string, identity: string, eventid: string
  }
covers: [aurora-databases-with-performance-insights]
tags: [sample, rds]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  COALESCE(responseElements.dBInstanceIdentifier, requestParameters.dBInstanceIdentifier) AS db_instance,
  requestParameters.engine AS engine,
  COALESCE(requestParameters.enablePerformanceInsights, responseElements.performanceInsightsEnabled, 'false') AS performance_insights,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  eventID
FROM events
WHERE eventSource = 'rds.amazonaws.com'
  AND eventName = 'CreateDBInstance'
  AND requestParameters.engine LIKE 'aurora%'
  AND errorCode IS NULL
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
