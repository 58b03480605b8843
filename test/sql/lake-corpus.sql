-- Queries as people write them for CloudTrail Lake and for Athena's own table, each with its answer over examples/incident:
-- `rows N: ...` with the number of rows and the one that sorts first as text (`rows N` where LIMIT may take any), or `refused: ...` with a part of the reason.

-- == top talkers with a comment block
-- rows 10: NULL | 250
/*
   Who is noisy?
   run monthly
*/
select   userIdentity.arn   AS who ,COUNT(*)   cnt
  from   events
 WHERE eventtime >= '2026-10-14'
GROUP BY userIdentity.arn
order by cnt desc
LIMIT 10;

-- == store id without quotes, alias of one letter
-- rows 1: StopLogging | cloudtrail.amazonaws.com
SELECT e.eventName, e.eventSource FROM 0a1b2c3d-1111-2222-3333-444455556666 e WHERE e.eventName = 'StopLogging';

-- == store id in double quotes
-- rows 1: StopLogging | svc-backup-admin
SELECT eventName, userIdentity.userName FROM "0a1b2c3d-1111-2222-3333-444455556666" WHERE eventName LIKE 'Stop%'

-- == store ids joined by union all
-- rows 1: 2026-10-14 13:11:04.000 | CreateUser
SELECT eventTime, eventName FROM 0a1b2c3d-1111-2222-3333-444455556666 WHERE eventName = 'CreateUser'
UNION ALL
SELECT eventTime, eventName FROM 99999999-1111-2222-3333-444455556666 WHERE eventName = 'DeleteUser'
ORDER BY eventTime

-- == date only bound
-- rows 1: 1192
SELECT count(*) AS events_after FROM $EDS_ID WHERE eventTime > '2026-10-14' AND eventTime < '2026-10-15'

-- == bound with milliseconds
-- rows 1: 122
SELECT COUNT(*) FROM $EDS_ID WHERE eventTime > '2026-10-14 13:00:00.000' AND eventTime <= '2026-10-14 14:00:00.000'

-- == bound in ISO form with T and Z
-- rows 1: 122
SELECT COUNT(*) FROM $EDS_ID WHERE eventTime >= '2026-10-14T13:00:00Z' AND eventTime < '2026-10-14T14:00:00Z'

-- == bound in ISO form with milliseconds
-- rows 1: 122
SELECT COUNT(*) FROM $EDS_ID WHERE eventTime >= '2026-10-14T13:00:00.000Z' AND eventTime < '2026-10-14T14:00:00.000Z'

-- == bound with minutes only
-- rows 1: 122
SELECT COUNT(*) FROM $EDS_ID WHERE eventTime BETWEEN '2026-10-14 13:00' AND '2026-10-14 14:00'

-- == bound with an offset
-- rows 1: 122
SELECT COUNT(*) FROM $EDS_ID WHERE eventTime >= '2026-10-14T15:00:00+02:00' AND eventTime < '2026-10-14T16:00:00+02:00'

-- == bound as a timestamp literal
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE eventTime >= TIMESTAMP '2026-10-14 13:00:00' AND eventTime < TIMESTAMP '2026-10-14 14:00:00'

-- == bound as a zoned timestamp literal
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE eventTime >= TIMESTAMP '2026-10-14 13:00:00 UTC' AND eventTime < timestamp '2026-10-14 14:00:00 UTC'

-- == bound by date_parse
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE eventTime >= date_parse('2026-10-14 13:00:00', '%Y-%m-%d %H:%i:%s') AND eventTime < date_parse('2026-10-14 14', '%Y-%m-%d %H')

-- == bound by parse_datetime
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE from_iso8601_timestamp(eventtime) >= parse_datetime('2026-10-14 13:00:00', 'yyyy-MM-dd HH:mm:ss') AND from_iso8601_timestamp(eventtime) < parse_datetime('2026-10-14 14:00:00', 'yyyy-MM-dd HH:mm:ss')

-- == bound by from_iso8601_timestamp on both sides
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE from_iso8601_timestamp(eventtime) BETWEEN from_iso8601_timestamp('2026-10-14T13:00:00Z') AND from_iso8601_timestamp('2026-10-14T13:59:59Z')

-- == bound by from_iso8601_timestamp of a date
-- rows 1: 1192
SELECT COUNT(*) FROM cloudtrail_logs WHERE eventTime > from_iso8601_timestamp('2026-10-14')

-- == bound by an interval before now
-- rows 1: 0
SELECT COUNT(*) FROM cloudtrail_logs WHERE eventTime > current_timestamp - interval '7' day AND eventName = 'NoSuchEvent'

-- == bound by date_add
-- rows 1: 0
SELECT COUNT(*) FROM cloudtrail_logs WHERE eventTime > date_add('day', -7, now()) AND eventName = 'NoSuchEvent'

-- == bound by date_add of current_date
-- rows 1: 0
SELECT COUNT(*) FROM cloudtrail_logs WHERE eventTime >= date_add('week', -1, CURRENT_DATE) and eventname = 'NoSuchEvent'

-- == bound by unix time
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE to_unixtime(eventTime) BETWEEN 1791982800 AND 1791986399

-- == bound by from_unixtime
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE eventTime >= from_unixtime(1791982800) AND eventTime < from_unixtime(1791986400)

-- == bound by a cast of text
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE eventTime >= CAST('2026-10-14 13:00:00' AS timestamp) AND eventTime < cast('2026-10-14 14:00:00.000' as TIMESTAMP)

-- == bound by date of the event
-- rows 1: 1192
SELECT COUNT(*) FROM cloudtrail_logs WHERE date(eventTime) = DATE '2026-10-14'

-- == bound by date compared with text
-- rows 1: 1192
SELECT COUNT(*) FROM cloudtrail_logs WHERE date(eventTime) = '2026-10-14'

-- == bound by cast as date
-- rows 1: 1192
SELECT COUNT(*) FROM cloudtrail_logs WHERE CAST(eventTime AS date) = date('2026-10-14')

-- == bound by date_trunc
-- rows 1: 1192
SELECT COUNT(*) FROM cloudtrail_logs WHERE date_trunc('day', eventTime) = timestamp '2026-10-14'

-- == bound by date_trunc beside text
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE date_trunc('hour', eventTime) = '2026-10-14 13:00:00'

-- == bound by text prefix
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE eventTime LIKE '2026-10-14T13:%'

-- == bound by substr of the time
-- rows 24: 2026-10-14T00 | 33
SELECT substr(eventTime, 1, 13) AS hr, COUNT(*) AS n FROM cloudtrail_logs GROUP BY substr(eventTime, 1, 13) ORDER BY 1

-- == bound by substring of the time
-- rows 1: 1192
SELECT COUNT(*) FROM cloudtrail_logs WHERE substring(eventtime,1,10) = '2026-10-14'

-- == bound by regexp_like of the time
-- rows 1: 122
SELECT COUNT(*) FROM cloudtrail_logs WHERE regexp_like(eventtime, '^2026-10-14T13')

-- == bound by date_format
-- rows 24: 2026-10-14 00:00 | 33
SELECT date_format(eventTime, '%Y-%m-%d %H:00') AS bucket, count(*) AS n FROM cloudtrail_logs GROUP BY date_format(eventTime, '%Y-%m-%d %H:00') ORDER BY bucket

-- == bound by format_datetime
-- rows 1: 2026-10-14 | 1192
SELECT format_datetime(eventTime, 'yyyy-MM-dd') AS d, count(*) AS n FROM cloudtrail_logs GROUP BY 1 ORDER BY 1

-- == bound by date_format of the parsed time
-- rows 5: 08 | 88
SELECT date_format(from_iso8601_timestamp(eventtime), '%H') AS hh, count(*) n FROM cloudtrail_logs group by 1 order by n desc, 1 limit 5

-- == day_of_week and hour outside office hours
-- rows 0:
SELECT eventName, userIdentity.arn, eventTime FROM cloudtrail_logs WHERE eventName = 'ConsoleLogin' AND (hour(eventTime) < 7 OR hour(eventTime) > 19 OR day_of_week(eventTime) IN (6, 7))

-- == at time zone
-- rows 2: StartLogging | 2026-10-14 09:41:09.000 America/New_York
SELECT eventName, eventTime AT TIME ZONE 'America/New_York' AS local FROM cloudtrail_logs WHERE eventName IN ('StopLogging','StartLogging') ORDER BY eventTime

-- == date_diff in minutes
-- rows 1: 643
SELECT max(date_diff('minute', eventTime, TIMESTAMP '2026-10-15 00:00:00')) AS m FROM cloudtrail_logs WHERE eventName = 'StopLogging'

-- == cast eventTime to varchar
-- rows 1: 2026-10-14 13:16:27.000
SELECT CAST(eventTime AS varchar) AS t FROM cloudtrail_logs WHERE eventName = 'StopLogging'

-- == cast eventTime to text and cut
-- rows 1: 2026-10-14 13:16
SELECT substr(CAST(eventTime AS varchar), 1, 16) AS t FROM cloudtrail_logs WHERE eventName = 'StopLogging'

-- == year month day functions as partitions
-- rows 1: 2026 | 10 | 14 | 1192
SELECT year(eventTime) AS y, month(eventTime) AS m, day(eventTime) AS d, count(*) AS n FROM cloudtrail_logs GROUP BY 1, 2, 3 ORDER BY 1, 2, 3

-- == athena documentation, anonymous s3 requests
-- rows 3: 2026-10-14 14:07:19.000 | GetObject | ANONYMOUS_PRINCIPAL | 203.0.113.140
SELECT eventTime, eventName, useridentity.accountid, sourceIPAddress FROM cloudtrail_logs WHERE eventSource = 's3.amazonaws.com' AND useridentity.accountid = 'ANONYMOUS_PRINCIPAL' ORDER BY eventtime LIMIT 20

-- == athena documentation, users and their keys
-- rows 3: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admini | 92
SELECT useridentity.arn, Count(requestid) AS RequestCount FROM cloudtrail_logs WHERE useridentity.accesskeyid IS NOT NULL GROUP BY useridentity.arn ORDER BY RequestCount DESC LIMIT 3

-- == athena documentation, unnest of resources with a column list
-- refused: write AS t alone and t.accountid
SELECT eventname, useridentity.username, r.arn AS resource FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS t(r) WHERE eventsource = 'kms.amazonaws.com' LIMIT 3

-- == athena documentation, unnest of resources, one name a field
-- rows 3
SELECT eventName, res_account, res_type, res_arn FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS t(res_account, res_type, res_arn, res_prefix) WHERE res_type LIKE 'AWS::S3%' LIMIT 3

-- == unnest with an alias for the row alone
-- rows 2
SELECT eventName, r.type FROM events, UNNEST(resources) AS r WHERE r.type = 'AWS::S3::Bucket' LIMIT 2

-- == unnest without an alias
-- rows 2
SELECT eventName, arn FROM events CROSS JOIN UNNEST(resources) LIMIT 2

-- == unnest cross join with ordinality
-- rows 5
SELECT eventName, u.arn, u.pos FROM events CROSS JOIN UNNEST(resources) WITH ORDINALITY AS u (accountid, type, arn, prefix, pos) WHERE pos > 1 LIMIT 5

-- == unnest left join on true
-- rows 4
SELECT e.eventID, u.arn FROM events e LEFT JOIN UNNEST(e.resources) AS u (a, t, arn, p) ON TRUE WHERE e.eventName = 'GetObject' LIMIT 4

-- == json_extract_scalar on a map, documentation style
-- rows 3: NULL | 5
SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket, count(*) AS n FROM cloudtrail_logs WHERE eventsource = 's3.amazonaws.com' GROUP BY json_extract_scalar(requestparameters, '$.bucketName') ORDER BY n DESC, 1 LIMIT 5

-- == json_extract_scalar with bracket path
-- rows 1: example-customer-exports
SELECT DISTINCT json_extract_scalar(requestparameters, '$["bucketName"]') AS bucket FROM cloudtrail_logs WHERE eventname = 'PutBucketPolicy'

-- == json_extract on responseElements
-- refused: cannot be ordered
SELECT json_extract(responseelements, '$.accessKey') AS k FROM cloudtrail_logs WHERE eventname = 'CreateAccessKey' ORDER BY 1

-- == json_extract_scalar two deep on responseElements
-- rows 2: 2026-10-14 06:30:08.000 | AKIAEXAMPLEREPORT002 | nightly-report
SELECT eventTime, json_extract_scalar(responseelements, '$.accessKey.accessKeyId') AS created_key, json_extract_scalar(responseElements, '$.accessKey.userName') AS for_user FROM cloudtrail_logs WHERE eventname = 'CreateAccessKey' AND errorcode IS NULL ORDER BY eventTime

-- == json_extract_scalar of element_at
-- rows 2: AKIAEXAMPLEBACKUP001
SELECT json_extract_scalar(element_at(responseElements, 'accessKey'), '$.accessKeyId') AS k FROM $EDS_ID WHERE eventName = 'CreateAccessKey' ORDER BY k

-- == json of a security group rule
-- rows 2: 2026-10-14 09:52:15.000 | sg-0a1b2c3d4e5f6a7b8 | 192.0.2.0/24
SELECT eventTime, element_at(requestParameters, 'groupId') AS sg, json_extract_scalar(element_at(requestParameters, 'ipPermissions'), '$.items[0].ipRanges.items[0].cidrIp') AS cidr FROM $EDS_ID WHERE eventName = 'AuthorizeSecurityGroupIngress' ORDER BY eventTime

-- == json_parse and cast to array of rows
-- rows 2: 2026-10-14 09:52:15.000 | 443 | 443
SELECT eventTime, p.fromPort, p.toPort FROM events CROSS JOIN UNNEST(CAST(json_extract(requestParameters, '$.ipPermissions.items') AS array(row(fromPort integer, toPort integer, ipProtocol varchar)))) AS p (fromPort, toPort, ipProtocol) WHERE eventName = 'AuthorizeSecurityGroupIngress' ORDER BY eventTime, p.fromPort

-- == json array of json
-- rows 2: {"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{},"i
SELECT j FROM events CROSS JOIN UNNEST(CAST(json_extract(requestParameters, '$.ipPermissions.items') AS array(json))) AS t (j) WHERE eventName = 'AuthorizeSecurityGroupIngress' ORDER BY json_format(j) LIMIT 2

-- == json_array_length
-- rows 2: AuthorizeSecurityGroupIngress | 1
SELECT eventName, json_array_length(json_extract(requestParameters, '$.ipPermissions.items')) AS rules FROM events WHERE eventName LIKE 'AuthorizeSecurityGroup%' ORDER BY 2

-- == json_format of the whole parameters
-- rows 1: {"name":"management-events"}
SELECT json_format(CAST(requestParameters AS json)) AS p FROM events WHERE eventName = 'StopLogging'

-- == cast of a map to json
-- rows 1: {"name":"management-events"}
SELECT CAST(requestParameters AS JSON) AS p FROM events WHERE eventName = 'StopLogging'

-- == cast of a map to varchar
-- rows 1: {"name":"management-events"}
SELECT CAST(requestParameters AS varchar) AS p FROM events WHERE eventName = 'StopLogging'

-- == map keys
-- rows 5: accessKeyId | 2
SELECT k, count(*) AS n FROM events CROSS JOIN UNNEST(map_keys(requestParameters)) AS t (k) WHERE eventSource = 'iam.amazonaws.com' GROUP BY k ORDER BY n DESC, k LIMIT 5

-- == unnest of a map
-- rows 1: userName | svc-backup-admin
SELECT k, v FROM events CROSS JOIN UNNEST(requestParameters) AS t (k, v) WHERE eventName = 'CreateUser' ORDER BY eventTime, k

-- == cardinality of the keys of responseElements
-- rows 1: 185
SELECT count(*) AS n FROM events WHERE cardinality(map_keys(responseElements)) > 0

-- == cardinality of a map
-- rows 1: 5
SELECT count(*) AS n FROM events WHERE cardinality(requestParameters) = 0

-- == responseElements is null
-- rows 1: 1007
SELECT count(*) AS n FROM events WHERE responseElements IS NULL

-- == responseElements is the word null
-- rows 1: 1007
SELECT count(*) AS n FROM cloudtrail_logs WHERE responseelements = 'null'

-- == responseElements is not the word null
-- rows 1: 1
SELECT count(*) AS n FROM cloudtrail_logs WHERE responseelements <> 'null' AND eventname = 'CreateUser'

-- == requestParameters searched with like
-- rows 1: AuthorizeSecurityGroupIngress
SELECT eventName FROM cloudtrail_logs WHERE requestparameters LIKE '%0.0.0.0/0%' ORDER BY eventtime

-- == responseElements searched with like
-- rows 5: 2026-10-14 13:49:02.000 | Failed authentication | 203.0.113.66
SELECT eventTime, errorMessage, sourceIPAddress FROM cloudtrail_logs WHERE eventname = 'ConsoleLogin' AND responseelements LIKE '%Failure%' ORDER BY eventTime

-- == requestParameters searched with regexp_like
-- rows 1: 1
SELECT count(*) FROM cloudtrail_logs WHERE regexp_like(requestparameters, '0\.0\.0\.0/0|::/0')

-- == requestParameters searched with strpos
-- rows 1: 1
SELECT count(*) FROM cloudtrail_logs WHERE strpos(requestparameters, '0.0.0.0/0') > 0

-- == additionalEventData as text
-- rows 1: 8
SELECT count(*) FROM cloudtrail_logs WHERE eventname = 'ConsoleLogin' AND additionaleventdata LIKE '%"MFAUsed":"No"%'

-- == MFAUsed by dot
-- rows 8: NULL | 192.0.2.21 | No
SELECT userIdentity.userName, sourceIPAddress, additionalEventData.MFAUsed AS mfa FROM $EDS_ID WHERE eventName = 'ConsoleLogin' AND additionalEventData.MFAUsed = 'No' ORDER BY eventTime

-- == MFAUsed by element_at and the login result
-- rows 2: No | Failure | 5
SELECT element_at(additionalEventData, 'MFAUsed') AS mfa, element_at(responseElements, 'ConsoleLogin') AS result, count(*) AS n FROM $EDS_ID WHERE eventName = 'ConsoleLogin' GROUP BY 1, 2 ORDER BY 1, 2

-- == MFAUsed by subscript
-- rows 1: 0
SELECT count(*) FROM $EDS_ID WHERE eventName = 'ConsoleLogin' AND additionalEventData['MFAUsed'] = 'Yes'

-- == session mfa
-- rows 3: NULL | 308
SELECT userIdentity.sessionContext.attributes.mfaAuthenticated AS mfa, count(*) AS n FROM $EDS_ID GROUP BY userIdentity.sessionContext.attributes.mfaAuthenticated ORDER BY 2 DESC

-- == session mfa against a boolean
-- rows 1: 1
SELECT count(*) FROM $EDS_ID WHERE userIdentity.sessionContext.attributes.mfaAuthenticated = true

-- == session mfa lower case hive struct
-- rows 3: AWSReservedSSO_AdministratorAccess_5f0c2d9a1b3e4f67 | 93
SELECT useridentity.sessioncontext.sessionissuer.username, count(*) AS n FROM cloudtrail_logs WHERE useridentity.sessioncontext.sessionissuer.username IS NOT NULL GROUP BY useridentity.sessioncontext.sessionissuer.username ORDER BY n DESC, 1 LIMIT 3

-- == session creation date
-- rows 1: 2026-10-13 22:47:58.000
SELECT min(userIdentity.sessionContext.attributes.creationDate) AS first_session FROM events

-- == session creation date compared with text
-- rows 1: 880
SELECT count(*) FROM events WHERE userIdentity.sessionContext.attributes.creationDate > '2026-10-14 00:00:00'

-- == read only as text
-- rows 1: false | 97
SELECT readonly, count(*) AS n FROM cloudtrail_logs WHERE readonly = 'false' GROUP BY readonly

-- == read only as boolean and as not
-- rows 1: 1095 | 97 | 0
SELECT count_if(readOnly = true) AS r, count_if(NOT readOnly) AS w, count_if(readOnly IS NULL) AS u FROM events

-- == read only is not true
-- rows 1: 97
SELECT count(*) FROM events WHERE readOnly IS NOT NULL AND readOnly != True

-- == read only in a list of texts
-- rows 1: 1192
SELECT count(*) FROM cloudtrail_logs WHERE readonly IN ('true', 'false')

-- == read only by lower
-- rows 1: 97
SELECT count(*) FROM cloudtrail_logs WHERE lower(readonly) = 'false'

-- == read only cast
-- rows 1: 97
SELECT count(*) FROM cloudtrail_logs WHERE CAST(readOnly AS varchar) = 'false'

-- == management event as text
-- rows 1: true | 1185
SELECT managementevent, count(*) AS n FROM cloudtrail_logs WHERE managementevent = 'true' GROUP BY 1

-- == console credential as boolean
-- rows 1: 131
SELECT count(*) FROM $EDS_ID WHERE sessionCredentialFromConsole = true

-- == console credential as text
-- rows 1: 7
SELECT count(*) FROM $EDS_ID WHERE sessionCredentialFromConsole = 'true' AND readOnly = false

-- == read only is true
-- rows 1: 1095
SELECT count(*) FROM events WHERE readOnly IS TRUE

-- == bare boolean in where
-- rows 1: 93
SELECT count(*) FROM events WHERE managementEvent AND NOT readOnly AND errorCode IS NULL

-- == like with escape
-- rows 0:
SELECT DISTINCT eventName FROM events WHERE eventSource LIKE 's3.amazonaws%' AND eventName LIKE 'Get#_%' ESCAPE '#'

-- == like with a backslash as escape
-- rows 1: 0
SELECT count(*) FROM events WHERE userAgent LIKE '%aws\_cli%' ESCAPE '\'

-- == not like any of
-- rows 1: 413
SELECT count(*) FROM events WHERE eventName NOT LIKE 'Get%' AND eventName NOT LIKE 'List%' AND eventName NOT LIKE 'Describe%'

-- == in with many values and odd spacing
-- rows 5: 2026-10-14 06:30:08.000 | CreateAccessKey | arn:aws:iam::111122223333:user/nightly-report
SELECT eventTime,eventName,userIdentity.arn FROM $EDS_ID WHERE eventName IN('CreateUser','CreateLoginProfile'
,'CreateAccessKey',   'AttachUserPolicy','PutUserPolicy','AddUserToGroup','CreatePolicyVersion','SetDefaultPolicyVersion','PassRole','UpdateAssumeRolePolicy')AND errorCode IS NULL ORDER BY eventTime ASC

-- == not in
-- rows 1: 900
SELECT count(*) FROM events WHERE eventSource NOT IN ('kms.amazonaws.com', 's3.amazonaws.com')

-- == regexp_like with case folding
-- rows 1: 1
SELECT count(*) FROM events WHERE regexp_like(userAgent, '(?i)kali|parrot|pentoo')

-- == regexp_like of event names
-- rows 7: DeleteAccessKey | 1
SELECT eventName, count(*) AS n FROM events WHERE regexp_like(eventName, '^(Delete|Remove|Terminate|Stop|Put|Detach).*') GROUP BY eventName ORDER BY 2 DESC, 1

-- == regexp_extract of a role name
-- rows 3: AWSReservedSSO_AdministratorAccess_5f0c2d9a1b3e4f67 | 93
SELECT regexp_extract(userIdentity.arn, 'assumed-role/([^/]+)/', 1) AS role, count(*) AS n FROM events WHERE userIdentity.type = 'AssumedRole' GROUP BY 1 ORDER BY n DESC LIMIT 3

-- == split_part of the arn
-- rows 3: AWSReservedSSO_AdministratorAccess_5f0c2d9a1b3e4f67 | 93
SELECT split_part(userIdentity.arn, '/', 2) AS name, count(*) AS n FROM events WHERE userIdentity.type = 'AssumedRole' GROUP BY split_part(userIdentity.arn, '/', 2) ORDER BY n DESC LIMIT 3

-- == element_at of split
-- rows 3: AWSConfig-Describe | 212
SELECT element_at(split(userIdentity.principalId, ':'), 2) AS session, count(*) AS n FROM events WHERE userIdentity.principalId LIKE '%:%' GROUP BY 1 ORDER BY n DESC, 1 LIMIT 3

-- == last part of split by negative position
-- rows 5: NULL
SELECT DISTINCT element_at(split(userIdentity.arn, '/'), -1) AS last FROM events WHERE userIdentity.type = 'IAMUser' ORDER BY 1

-- == split subscript
-- rows 5: ec2 | 185
SELECT split(eventSource, '.')[1] AS service, count(*) AS n FROM events GROUP BY split(eventSource, '.')[1] ORDER BY n DESC LIMIT 5

-- == service name by replace
-- rows 5: cloudformation | 6
SELECT replace(eventSource, '.amazonaws.com') AS service, count(distinct eventName) AS apis FROM events GROUP BY 1 ORDER BY apis DESC, 1 LIMIT 5

-- == coalesce of names
-- rows 5: AWSReservedSSO_AdministratorAccess_5f0c2d9a1b3e4f67 | 93
SELECT COALESCE(userIdentity.userName, userIdentity.sessionContext.sessionIssuer.userName, userIdentity.arn, userIdentity.invokedBy, 'nobody') AS actor, COUNT(*) AS n FROM $EDS_ID GROUP BY 1 ORDER BY n DESC LIMIT 5

-- == case in select and group by alias position
-- rows 3: denied | 14
SELECT CASE WHEN errorCode IS NULL THEN 'success' WHEN errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%Unauthorized%' THEN 'denied' ELSE 'error' END AS outcome, count(*) AS n FROM events GROUP BY 1 ORDER BY 1

-- == simple case
-- rows 2: read | 1095
SELECT CASE readOnly WHEN true THEN 'read' ELSE 'write' END AS kind, count(*) n FROM events GROUP BY CASE readOnly WHEN true THEN 'read' ELSE 'write' END order by kind

-- == sum of case, two columns
-- rows 13: ce.amazonaws.com | 8 | 2
SELECT eventSource, SUM(CASE WHEN errorCode IS NULL THEN 1 ELSE 0 END) AS ok, SUM(CASE WHEN errorCode IS NOT NULL THEN 1 ELSE 0 END) AS failed FROM events GROUP BY eventSource HAVING SUM(CASE WHEN errorCode IS NOT NULL THEN 1 ELSE 0 END) > 0 ORDER BY failed DESC, eventSource

-- == if with two arguments
-- rows 1: 15
SELECT count(if(errorCode IS NOT NULL, 1)) AS errors FROM events

-- == percentage of errors
-- rows 13: ce.amazonaws.com | 20.0
SELECT eventSource, round(100.0 * count_if(errorCode IS NOT NULL) / count(*), 2) AS pct FROM events GROUP BY eventSource HAVING count_if(errorCode IS NOT NULL) > 0 ORDER BY pct DESC, eventSource

-- == percentage by cast as double
-- rows 1: 0.0
SELECT CAST(count_if(errorCode IS NOT NULL) AS double) / CAST(count(*) AS double) * 100 AS pct FROM events WHERE eventSource = 'iam.amazonaws.com'

-- == having alias of a count
-- rows 1: 203.0.113.66 | 5
SELECT sourceIPAddress, count(*) AS attempts FROM events WHERE eventName = 'ConsoleLogin' AND errorMessage = 'Failed authentication' GROUP BY sourceIPAddress HAVING count(*) >= 3 ORDER BY attempts DESC

-- == filter clause
-- rows 3: arn:aws:iam::111122223333:user/break-glass-admin | 1
SELECT userIdentity.arn, count(*) FILTER (WHERE errorCode IS NOT NULL) AS errors FROM events GROUP BY userIdentity.arn ORDER BY errors DESC, 1 LIMIT 3

-- == row_number newest per user
-- rows 5: NULL | ConsoleLogin | 2026-10-14 13:51:37.000 | 1
SELECT * FROM (SELECT userIdentity.arn AS arn, eventName, eventTime, row_number() OVER (PARTITION BY userIdentity.arn ORDER BY eventTime DESC, eventID) AS rn FROM events WHERE userIdentity.type = 'IAMUser') t WHERE rn = 1 ORDER BY arn

-- == rank of counts
-- rows 3: kms.amazonaws.com | Decrypt | 106
SELECT eventSource, eventName, n FROM (SELECT eventSource, eventName, count(*) AS n, rank() OVER (PARTITION BY eventSource ORDER BY count(*) DESC) AS r FROM events GROUP BY eventSource, eventName) WHERE r = 1 ORDER BY n DESC LIMIT 3

-- == lag between events of one key
-- rows 1: 29470
SELECT max(gap) AS longest FROM (SELECT date_diff('second', lag(eventTime) OVER (PARTITION BY userIdentity.accessKeyId ORDER BY eventTime), eventTime) AS gap FROM events WHERE userIdentity.accessKeyId = 'AKIAEXAMPLEBUILD0001')

-- == running total
-- rows 1: 2026-10-14 23:00:00.000 | 26 | 1192
SELECT h, n, sum(n) OVER (ORDER BY h ROWS UNBOUNDED PRECEDING) AS total FROM (SELECT date_trunc('hour', eventTime) AS h, count(*) AS n FROM events GROUP BY 1) ORDER BY h DESC LIMIT 1

-- == share of all by window over aggregate
-- rows 2: eu-west-1 | 313 | 1192
SELECT awsRegion, count(*) AS n, sum(count(*)) OVER () AS everything FROM events GROUP BY awsRegion ORDER BY n DESC LIMIT 2

-- == moving average
-- rows 3: 0 | 33.0
SELECT h, avg(n) OVER (ORDER BY h ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS a FROM (SELECT hour(eventTime) AS h, count(*) AS n FROM events GROUP BY hour(eventTime)) ORDER BY h LIMIT 3

-- == cte chain, role chain
-- rows 2: AKIAEXAMPLEBACKUP001 | arn:aws:iam::111122223333:user/build-deploy | 10 | 2026-10-14 13:15:12.000
WITH keys AS (
  SELECT json_extract_scalar(responseElements, '$.accessKey.accessKeyId') AS key_id, userIdentity.arn AS made_by
  FROM events WHERE eventName = 'CreateAccessKey'
), uses AS (
  SELECT k.key_id, k.made_by, e.eventName, e.eventTime
  FROM keys k JOIN events e ON e.userIdentity.accessKeyId = k.key_id
)
SELECT key_id, made_by, count(*) AS calls, min(eventTime) AS first_use FROM uses GROUP BY key_id, made_by ORDER BY calls DESC

-- == cte with column names
-- rows 6: ec2.amazonaws.com
WITH t (svc, n) AS (SELECT eventSource, count(*) FROM events GROUP BY eventSource) SELECT svc FROM t WHERE n > (SELECT avg(n) FROM t) ORDER BY svc

-- == correlated exists
-- rows 1: AKIAEXAMPLEBUILD0001
SELECT DISTINCT a.userIdentity.accessKeyId AS k FROM events a WHERE a.eventName = 'CreateUser' AND EXISTS (SELECT 1 FROM events b WHERE b.eventName = 'AttachUserPolicy' AND b.userIdentity.accessKeyId = a.userIdentity.accessKeyId AND b.eventTime > a.eventTime)

-- == not exists
-- rows 1: 0
SELECT count(*) FROM events a WHERE eventName = 'ConsoleLogin' AND NOT EXISTS (SELECT 1 FROM events b WHERE b.sourceIPAddress = a.sourceIPAddress AND b.eventName <> 'ConsoleLogin')

-- == in subquery
-- rows 1: 57
SELECT count(*) FROM events WHERE sourceIPAddress IN (SELECT sourceIPAddress FROM events WHERE eventName = 'StopLogging')

-- == not in subquery
-- rows 1: 20
SELECT count(DISTINCT userIdentity.arn) FROM events WHERE sourceIPAddress NOT IN (SELECT sourceIPAddress FROM events WHERE eventName = 'StopLogging')

-- == scalar subquery in select
-- rows 1: 15 | 1192
SELECT (SELECT count(*) FROM events WHERE errorCode IS NOT NULL) AS errors, count(*) AS everything FROM events

-- == self join on a shared address
-- rows 1: 203.0.113.66
SELECT DISTINCT f.sourceIPAddress FROM events f INNER JOIN events s ON f.sourceIPAddress = s.sourceIPAddress AND s.eventTime > f.eventTime WHERE f.eventName = 'ConsoleLogin' AND f.errorMessage IS NOT NULL AND s.eventName = 'ConsoleLogin' AND s.errorMessage IS NULL

-- == join using
-- rows 1: 1
SELECT count(*) FROM (SELECT eventID FROM events WHERE readOnly = false) a JOIN (SELECT eventID FROM events WHERE errorCode IS NOT NULL) b USING (eventID)

-- == except and intersect
-- rows 2: 192.0.2.21
(SELECT sourceIPAddress FROM events WHERE eventName = 'ConsoleLogin' EXCEPT SELECT sourceIPAddress FROM events WHERE eventName = 'StopLogging') ORDER BY 1

-- == approx_percentile of counts
-- rows 1: 40 | [142,250]
SELECT approx_percentile(n, 0.5) AS p50, approx_percentile(n, ARRAY[0.9, 0.99]) AS tail FROM (SELECT userIdentity.arn, count(*) AS n FROM events GROUP BY userIdentity.arn)

-- == approx_distinct
-- rows 1: true
SELECT approx_distinct(sourceIPAddress) > 5 AS many FROM events

-- == array_agg distinct, ordered
-- rows 2: build-deploy | ["cloudformation.amazonaws.com","cloudtrail.amazonaws.com","
SELECT userIdentity.userName, array_agg(DISTINCT eventSource ORDER BY eventSource) AS services FROM events WHERE userIdentity.userName IN ('svc-backup-admin', 'build-deploy') GROUP BY 1 ORDER BY 1

-- == array_join of array_agg
-- rows 1: AKIAEXAMPLEBACKUP001 | AuthorizeSecurityGroupIngress, CreateSnapshot, DeleteBucketP
SELECT userIdentity.accessKeyId, array_join(array_agg(DISTINCT eventName ORDER BY eventName), ', ') AS calls FROM events WHERE userIdentity.accessKeyId = 'AKIAEXAMPLEBACKUP001' GROUP BY userIdentity.accessKeyId

-- == array_distinct and array_sort
-- rows 1: 192.0.2.21;192.0.2.34;203.0.113.66
SELECT array_join(array_sort(array_distinct(array_agg(sourceIPAddress))), ';') AS ips FROM events WHERE eventName = 'ConsoleLogin'

-- == listagg
-- rows 1: StartLogging,StopLogging,UpdateTrail
SELECT listagg(DISTINCT eventName, ',') WITHIN GROUP (ORDER BY eventName) AS names FROM events WHERE eventSource = 'cloudtrail.amazonaws.com' AND readOnly = false

-- == map_agg and histogram
-- rows 1: {"signin.amazonaws.com":15,"ssm.amazonaws.com":46}
SELECT map_agg(eventSource, n) AS m FROM (SELECT eventSource, count(*) AS n FROM events WHERE readOnly = false GROUP BY eventSource) WHERE n > 10

-- == max_by and min_by
-- rows 1: DescribeInstances | GetCallerIdentity
SELECT max_by(eventName, eventTime) AS last_call, min_by(eventName, eventTime) AS first_call FROM events WHERE userIdentity.userName = 'svc-backup-admin'

-- == arbitrary
-- rows 5: AIDAEXAMPLEBREAKGLASS | arn:aws:iam::111122223333:user/break-glass-admin | 1
SELECT userIdentity.principalId, arbitrary(userIdentity.arn) AS arn, count(*) AS n FROM events WHERE userIdentity.type = 'IAMUser' GROUP BY userIdentity.principalId ORDER BY n DESC, 1

-- == any_match on resources
-- rows 1: 11
SELECT count(*) FROM events WHERE any_match(resources, r -> r.type = 'AWS::S3::Bucket' AND r.ARN LIKE '%exports')

-- == element_at on resources
-- rows 3: NULL
SELECT DISTINCT element_at(resources, 1).arn AS a FROM events WHERE eventSource = 'kms.amazonaws.com' ORDER BY 1

-- == resources subscript
-- rows 1
SELECT resources[1].arn AS a FROM events WHERE eventName = 'GetObject' LIMIT 1

-- == transform and filter on resources
-- rows 1
SELECT transform(filter(resources, x -> x.type = 'AWS::S3::Bucket'), x -> x.arn) AS buckets FROM events WHERE eventName = 'GetObject' LIMIT 1

-- == cardinality of resources
-- rows 3: 1 | 378
SELECT cardinality(resources) AS c, count(*) AS n FROM events GROUP BY cardinality(resources) ORDER BY 2 DESC

-- == reduce
-- rows 1: 6
SELECT reduce(ARRAY[1,2,3], 0, (s, x) -> s + x, s -> s) AS six

-- == contains
-- rows 1: 1
SELECT count(*) FROM events WHERE contains(ARRAY['CreateUser', 'DeleteUser'], eventName)

-- == ip ranges with ipaddress
-- rows 1: 60
SELECT count(*) FROM events WHERE TRY_CAST(sourceIPAddress AS ipaddress) IS NOT NULL AND contains('203.0.113.0/24', TRY_CAST(sourceIPAddress AS IPADDRESS))

-- == service addresses by regexp
-- rows 1: 581
SELECT count(*) FROM events WHERE NOT regexp_like(sourceIPAddress, '^[0-9.]+$')

-- == private addresses by regexp
-- rows 1: 0
SELECT count(*) FROM events WHERE regexp_like(sourceIPAddress, '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)')

-- == tls version
-- rows 1: TLSv1.3 | TLS_AES_128_GCM_SHA256 | 594
SELECT tlsDetails.tlsVersion, tlsDetails.cipherSuite, count(*) AS n FROM $EDS_ID WHERE tlsDetails.tlsVersion IS NOT NULL GROUP BY tlsDetails.tlsVersion, tlsDetails.cipherSuite ORDER BY n DESC

-- == tls version in the Hive form
-- rows 0:
SELECT tlsdetails.clientprovidedhostheader, count(*) n FROM cloudtrail_logs WHERE tlsdetails.tlsversion NOT IN ('TLSv1.2', 'TLSv1.3') GROUP BY 1

-- == tls by json_extract_scalar
-- rows 2: NULL | 598
SELECT json_extract_scalar(tlsDetails, '$.tlsVersion') AS v, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC

-- == tls number
-- rows 1: 0
SELECT count(*) FROM events WHERE TRY_CAST(replace(tlsDetails.tlsVersion, 'TLSv') AS double) < 1.3

-- == vpc endpoint
-- rows 0:
SELECT vpcEndpointId, vpcEndpointAccountId, count(*) FROM events WHERE vpcEndpointId IS NOT NULL GROUP BY 1, 2

-- == shared event id
-- rows 0:
SELECT sharedEventID, count(DISTINCT recipientAccountId) AS accounts FROM events WHERE sharedEventId IS NOT NULL GROUP BY sharedEventID HAVING count(*) > 1

-- == event category and type
-- rows 4: Data | AwsApiCall | 7
SELECT eventCategory, eventType, count(*) AS n FROM events GROUP BY eventCategory, eventType ORDER BY n DESC, 1, 2

-- == addendum
-- rows 0:
SELECT addendum.reason, addendum.updatedFields, count(*) FROM events WHERE addendum IS NOT NULL GROUP BY 1, 2

-- == service event details
-- rows 5
SELECT serviceEventDetails.lookupAttributes, element_at(serviceEventDetails, 'keyId') AS k FROM events WHERE eventType = 'AwsServiceEvent' LIMIT 5

-- == insights, details by dot
-- rows 1: CompleteLifecycleAction | ApiCallRateInsight | Start
SELECT insightDetails.eventName, insightDetails.insightType, insightDetails.state FROM insights WHERE insightDetails.state = 'Start'

-- == insights, statistics inside
-- rows 2
SELECT json_extract_scalar(insightDetails, '$.insightContext.statistics.baseline.average') AS base, json_extract_scalar(insightDetails, '$.insightContext.statistics.insight.average') AS found FROM insights

-- == insights in the events table
-- rows 1: 0
SELECT count(*) FROM events WHERE eventCategory = 'Insight' AND insightDetails.insightType = 'ApiErrorRateInsight'

-- == insights, columns of a Lake insights store
-- refused: insightDetails.eventSource
SELECT insightSource, insightEventName, insightType, count(*) FROM insights GROUP BY 1, 2, 3

-- == network activity
-- rows 1: vpce-0a1b2c3d4e5f60718 | PutObject | VpceAccessDenied | 1
SELECT vpcEndpointId, eventName, errorCode, count(*) AS n FROM network_events WHERE errorCode = 'VpceAccessDenied' GROUP BY vpcEndpointId, eventName, errorCode

-- == error message search
-- rows 3: AccessDenied | User: arn:aws:iam::111122223333:user/break-glass-admin is no | 1
SELECT errorCode, errorMessage, count(*) AS n FROM events WHERE errorMessage LIKE '%is not authorized to perform%' GROUP BY errorCode, errorMessage ORDER BY n DESC, 2 LIMIT 3

-- == action taken from the error message
-- rows 3: ce:GetCostForecast | 2
SELECT regexp_extract(errorMessage, 'not authorized to perform: ([a-zA-Z0-9]+:[a-zA-Z0-9]+)', 1) AS action, count(*) AS n FROM events WHERE errorCode LIKE '%AccessDenied%' GROUP BY 1 ORDER BY n DESC, 1 LIMIT 3

-- == eventJson in Lake
-- rows 1: arn:aws:iam::111122223333:user/svc-backup-admin | management-events
SELECT json_extract_scalar(eventJson, '$.userIdentity.arn') AS arn, json_extract_scalar(eventJson, '$.requestParameters.name') AS trail FROM $EDS_ID WHERE eventName = 'StopLogging'

-- == eventJson alone
-- refused: not stored
SELECT eventJson FROM $EDS_ID WHERE eventID = 'x'

-- == eventData of AWS Config
-- refused: AWS Config
SELECT eventData.resourceId, eventData.configuration FROM $EDS_ID WHERE eventData.resourceType = 'AWS::EC2::Instance'

-- == eventContext
-- refused: only in CloudTrail Lake
SELECT eventContext.tagContext FROM $EDS_ID

-- == partitions of an Athena table, year month day
-- rows 1: 1192
SELECT count(*) FROM cloudtrail_logs WHERE year = '2026' AND month = '10' AND day = '14'

-- == partitions of an Athena table, region
-- rows 1: 879
SELECT count(*) FROM cloudtrail_logs WHERE region = 'us-east-1' AND year = '2026'

-- == partition named timestamp
-- rows 1: 1192
SELECT count(*) FROM cloudtrail_logs WHERE "timestamp" = '2026/10/14'

-- == partition named timestamp in a range
-- rows 1: 1192
SELECT count(*) FROM cloudtrail_logs_pp WHERE timestamp >= '2026/10/14' AND timestamp < '2026/10/15'

-- == partition day with hyphens
-- rows 1: 1192
SELECT count(*) FROM events WHERE day = '2026-10-14' AND account = '111122223333'

-- == partition day with slashes
-- rows 1: 1192
SELECT count(*) FROM events WHERE day BETWEEN '2026/10/14' AND '2026/10/15'

-- == partition date
-- rows 1: 1192
SELECT count(*) FROM cloudtrail_logs WHERE date >= '2026/10/14'

-- == path of the file
-- rows 2: AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/14/1111222 | 19
SELECT "$path", count(*) AS n FROM cloudtrail_logs GROUP BY "$path" ORDER BY 2 DESC LIMIT 2

-- == path of the file searched
-- rows 1: 873
SELECT count(*) FROM cloudtrail_logs WHERE "$path" LIKE '%/us-east-1/2026/10/14/%'

-- == database and catalog in front
-- rows 1: 1
SELECT count(*) FROM "AwsDataCatalog"."default"."cloudtrail_logs" WHERE eventname='StopLogging'

-- == select star
-- rows 1: 1.11 | {"type":"IAMUser","principalid":"AIDAEXAMPLESVCBACKUPA","arn | 2026-10-14 13:16:27.000 | cloudtrail.amazonaws.com
SELECT * FROM events WHERE eventName = 'StopLogging'

-- == select alias star
-- rows 1
SELECT e.* FROM events AS e WHERE e.eventName = 'StopLogging' LIMIT 1

-- == order by ordinal descending, nulls last
-- rows 3: AccessControlListNotSupported | 1
SELECT errorCode, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC NULLS LAST, 1 ASC NULLS FIRST LIMIT 3

-- == limit all
-- rows 1: StopLogging
SELECT eventName FROM events WHERE eventName = 'StopLogging' LIMIT ALL

-- == offset and limit
-- rows 2: GetParameter | 75
SELECT eventName, count(*) AS n FROM events GROUP BY eventName ORDER BY n DESC, eventName OFFSET 2 LIMIT 2

-- == offset rows fetch next
-- rows 2: GetParameter | 75
SELECT eventName, count(*) AS n FROM events GROUP BY eventName ORDER BY n DESC, eventName OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY

-- == quoted identifiers with their case
-- rows 1: StopLogging | arn:aws:iam::111122223333:user/svc-backup-admin
SELECT "eventName", "userIdentity"."arn" AS "Who Did It" FROM "events" WHERE "eventName" = 'StopLogging'

-- == alias in single quotes
-- refused: write AS name
SELECT eventName AS 'name' FROM events LIMIT 1

-- == mixed case keywords and functions
-- rows 1: 1
sElEcT CoUnT(*) aS N fRoM EvEnTs wHeRe EVENTNAME lIkE 'Stop%'

-- == keyword glued to a literal
-- rows 1: StopLogging
SELECT eventName FROM events WHERE eventName='StopLogging'AND readOnly=false ORDER BY 1

-- == not equal in both spellings
-- rows 1: 15
SELECT count(*) FROM events WHERE errorCode != '' AND errorCode <> 'x'

-- == distinct over two columns
-- rows 2: 999988887777 | 111122223333
SELECT DISTINCT userIdentity.accountId, recipientAccountId FROM events WHERE userIdentity.accountId <> recipientAccountId ORDER BY 1

-- == count distinct of two columns by row
-- rows 1: 105
SELECT count(DISTINCT (eventSource, eventName)) AS apis FROM events

-- == group by rollup
-- rows 2: NULL | 97
SELECT eventSource, count(*) AS n FROM events WHERE readOnly = false GROUP BY ROLLUP (eventSource) ORDER BY n DESC, 1 LIMIT 2

-- == date_trunc day grouping for a dashboard
-- rows 3: 2026-10-14 00:00:00.000 | 33
SELECT date_trunc('?', eventTime) AS bucket, count(*) AS n FROM $EDS_ID WHERE eventTime > '?' AND eventTime < '?' GROUP BY date_trunc('?', eventTime) ORDER BY 1 LIMIT 3

-- == dashboard with dollar times
-- rows 3: AssumeRole | 153
SELECT eventName, count(*) AS n FROM $EDS_ID WHERE eventTime > '$StartTime$' AND eventTime < '$EndTime$' GROUP BY eventName ORDER BY n DESC, 1 LIMIT 3

-- == values list joined
-- rows 2: blind | 1
SELECT v.label, count(*) AS n FROM events JOIN (VALUES ('StopLogging', 'blind'), ('StartLogging', 'seeing')) AS v (name, label) ON eventName = v.name GROUP BY v.label ORDER BY 1

-- == two stores joined by event id
-- rows 1: 0bbdb6b2-2b2f-4e40-a7cf-e3e4c1cc693c
SELECT a.eventID FROM $EDS_ID a JOIN "my-other-store" b ON a.eventID = b.eventID WHERE a.eventName = 'StopLogging'

-- == union all inside from
-- rows 2: login | 8
SELECT kind, count(*) AS n FROM (SELECT 'login' AS kind, eventID FROM events WHERE eventName = 'ConsoleLogin' UNION ALL SELECT 'role', eventID FROM events WHERE eventName LIKE 'AssumeRole%') GROUP BY kind ORDER BY 1

-- == invoked by a service
-- rows 8: autoscaling.amazonaws.com | 104
SELECT userIdentity.invokedBy, count(*) AS n FROM events WHERE userIdentity.invokedBy IS NOT NULL GROUP BY userIdentity.invokedBy ORDER BY n DESC, 1

-- == federation fields
-- rows 1: NULL | 5c4c1964-340a-4a5b-a539-ebbe9d3249cd | 2
SELECT userIdentity.sessionContext.webIdFederationData.federatedProvider AS p, userIdentity.identityProvider, count(*) FROM events WHERE userIdentity.type IN ('WebIdentityUser', 'SAMLUser') GROUP BY 1, 2

-- == in scope of and on behalf of
-- rows 9
SELECT userIdentity.onBehalfOf.userId, userIdentity.inScopeOf.sourceArn FROM events WHERE userIdentity.onBehalfOf.userId IS NOT NULL OR userIdentity.inScopeOf.sourceArn IS NOT NULL

-- == source identity
-- rows 1: 0
SELECT count(*) FROM events WHERE userIdentity.sessionContext.sourceIdentity IS NOT NULL

-- == role delivery
-- rows 1: NULL | 1192
SELECT userIdentity.sessionContext.ec2RoleDelivery AS d, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC

-- == numbers in text
-- rows 1: 192852
SELECT sum(TRY_CAST(additionalEventData.bytesTransferredOut AS bigint)) AS bytes FROM events WHERE eventName = 'GetObject'

-- == bytes by key
-- rows 3: exports/2026-10-14/customers-001.csv.gz | 48213.0
SELECT requestParameters.key, sum(CAST(element_at(additionalEventData, 'bytesTransferredOut') AS double)) AS bytes FROM events WHERE eventName = 'GetObject' AND userIdentity.accountId = 'ANONYMOUS_PRINCIPAL' GROUP BY requestParameters.key ORDER BY bytes DESC

-- == key with a hyphen by element_at
-- rows 2: false | 74
SELECT element_at(additionalEventData, 'x-amz-id-2') IS NOT NULL AS has_id, count(*) AS n FROM events WHERE eventSource = 's3.amazonaws.com' GROUP BY 1 ORDER BY 1

-- == key with a hyphen by quoted dot
-- rows 1: 48
SELECT count(additionalEventData."x-amz-id-2") AS n FROM events WHERE eventSource = 's3.amazonaws.com'

-- == url decode of a policy document
-- rows 2: Allow | *
SELECT json_extract_scalar(requestParameters, '$.bucketPolicy.Statement[0].Effect') AS effect, json_extract_scalar(requestParameters, '$.bucketPolicy.Statement[0].Principal') AS p FROM events WHERE eventName = 'PutBucketPolicy' ORDER BY eventTime

-- == nested map read with a dot two deep
-- refused: json_extract_scalar(requestparameters, '$.bucketPolicy.Version')
SELECT requestParameters.bucketPolicy.Version FROM events WHERE eventName = 'PutBucketPolicy'

-- == nested map read by two element_at
-- refused: json_extract_scalar
SELECT element_at(element_at(requestParameters, 'bucketPolicy'), 'Version') FROM events WHERE eventName = 'PutBucketPolicy'

-- == try
-- rows 3: 100 | 2
SELECT TRY(CAST(requestParameters.maxItems AS integer)) AS m, count(*) FROM events WHERE eventName LIKE 'List%' GROUP BY 1 ORDER BY 1

-- == greatest and least
-- rows 1: 2026-01-01 00:00:00.000 | 2026-10-14 23:58:42.000
SELECT least(min(eventTime), TIMESTAMP '2026-01-01 00:00:00') AS a, greatest(max(eventTime), timestamp '2026-01-01 00:00:00') AS b FROM events

-- == concat of pieces
-- rows 3: signin.amazonaws.com:ConsoleLogin | 8
SELECT concat(eventSource, ':', eventName) AS api, count(*) AS n FROM events WHERE readOnly = false GROUP BY concat(eventSource, ':', eventName) ORDER BY n DESC, 1 LIMIT 3

-- == api by pipes
-- rows 13: cloudtrail:DescribeTrails
SELECT DISTINCT split_part(eventSource, '.', 1) || ':' || eventName AS api FROM events WHERE userIdentity.userName = 'svc-backup-admin' ORDER BY 1

-- == length and upper
-- rows 2: EU-WEST-1 | 229
SELECT upper(awsRegion) AS r, max(length(userAgent)) AS l FROM events GROUP BY upper(awsRegion) ORDER BY 1

-- == to_iso8601 of the time
-- rows 1: 2026-10-14T13:16:27.000
SELECT to_iso8601(eventTime) AS t FROM events WHERE eventName = 'StopLogging'

-- == extract from the time
-- rows 1: 13 | 13
SELECT EXTRACT(HOUR FROM eventTime) AS h, count(*) n FROM events WHERE userIdentity.userName = 'svc-backup-admin' GROUP BY EXTRACT(HOUR FROM eventTime) ORDER BY h

-- == first seen of each address
-- rows 2: 198.51.100.17 | 2026-10-14 00:19:00.000 | 2026-10-14 11:10:05.000 | 651
SELECT sourceIPAddress, min(eventTime) AS first_seen, max(eventTime) AS last_seen, date_diff('minute', min(eventTime), max(eventTime)) AS minutes FROM events WHERE userIdentity.userName IN ('build-deploy', 'svc-backup-admin') GROUP BY sourceIPAddress ORDER BY 2

-- == is distinct from
-- rows 1: 1179
SELECT count(*) FROM events WHERE errorCode IS DISTINCT FROM 'AccessDenied'

-- == width of a window by interval
-- rows 1: 10
SELECT count(*) FROM events e WHERE e.eventTime BETWEEN TIMESTAMP '2026-10-14 13:16:27' - INTERVAL '5' MINUTE AND TIMESTAMP '2026-10-14 13:16:27' + INTERVAL '5' MINUTE

-- == interval in upper case plural
-- refused: write DAY
SELECT count(*) FROM events WHERE eventTime > now() - INTERVAL '7' DAYS AND eventName = 'x'

-- == interval with hours to minutes
-- refused: INTERVAL '7' DAY
SELECT count(*) FROM events WHERE eventTime > now() - INTERVAL '1 02' DAY TO HOUR AND eventName = 'x'

-- == current_date minus interval
-- rows 1: 0
SELECT count(*) FROM events WHERE eventTime >= current_date - interval '1' month AND eventName = 'x'

-- == date_parse of a day beside cast date
-- rows 1: 1192
SELECT count(*) FROM events WHERE cast(eventTime as date) between date_parse('2026-10-14', '%Y-%m-%d') and date_parse('2026-10-15', '%Y-%m-%d')

-- == json_extract_scalar of userIdentity, text tables
-- rows 2: NULL | 311
SELECT json_extract_scalar(useridentity, '$.sessionContext.sessionIssuer.arn') AS arn, count(*) AS n FROM cloudtrail_logs GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 2

-- == group by a map
-- rows 1: {"name":"management-events"} | 1
SELECT requestParameters, count(*) AS n FROM events WHERE eventName = 'StopLogging' GROUP BY requestParameters

-- == select the resources and identity whole
-- rows 1: {"type":"AWSAccount","principalid":"","arn":null,"accountid" | [{"accountid":null,"type":"AWS::S3::Object","arn":"arn:aws:s
SELECT userIdentity, resources FROM events WHERE eventName = 'GetObject' AND userIdentity.accountId = 'ANONYMOUS_PRINCIPAL' ORDER BY eventTime LIMIT 1

-- == aws documentation, lake multi region sign in
-- rows 4: eu-west-1 | arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Develo | 1
SELECT awsRegion, userIdentity.arn, count(*) AS logins FROM $EDS_ID WHERE eventName = 'ConsoleLogin' AND eventTime >= '2026-10-14 00:00:00' AND eventTime <= '2026-10-14 23:59:59' GROUP BY awsRegion, userIdentity.arn ORDER BY logins DESC, 2

-- == unnest of a split
-- rows 2: md/arch#x86_64 | 213
SELECT part, count(*) AS n FROM events CROSS JOIN UNNEST(split(userAgent, ' ')) AS t (part) GROUP BY part ORDER BY n DESC, part LIMIT 2

-- == with ordinality of an array from json
-- rows 1: 1 | i-0a3bf13495fab83de
SELECT t.i, json_extract_scalar(t.item, '$.instanceId') AS id FROM events CROSS JOIN UNNEST(CAST(json_extract(responseElements, '$.instancesSet.items') AS array(json))) WITH ORDINALITY AS t (item, i) WHERE eventName = 'RunInstances'

-- == map functions on json
-- rows 2: ["Statement","Version"]
SELECT map_keys(CAST(json_extract(requestParameters, '$.bucketPolicy') AS map(varchar, json))) AS k FROM events WHERE eventName = 'PutBucketPolicy' ORDER BY eventTime

-- == window with named window
-- rows 2: DescribeTrails | 2
SELECT eventName, row_number() OVER w AS r FROM events WHERE userIdentity.userName = 'svc-backup-admin' WINDOW w AS (ORDER BY eventTime, eventID) ORDER BY r LIMIT 2

-- == comment at the end without a line break
-- rows 1: 1192
SELECT count(*) FROM events -- everything

-- == hint comment and blank lines
-- rows 1: 1192

-- first line comment
SELECT /* all of it */ count(*) -- how many

FROM events

;

-- == partition month without a leading zero, year as a number
-- rows 1: 1192
SELECT count(*) FROM cloudtrail_logs WHERE year = 2026 AND month = '10' AND day IN ('13', '14')

-- == qualified partition column
-- rows 1: 313
SELECT count(*) FROM cloudtrail_logs c WHERE c.year = '2026' AND c.region = 'eu-west-1'

-- == a year of a subquery is its own
-- rows 1: 2026
SELECT t.year FROM (SELECT year(eventTime) AS year FROM events WHERE eventName = 'StopLogging') t WHERE year = 2026

-- == an insight by its flat columns
-- rows 2: ApiCallRateInsight | End | CompleteLifecycleAction
SELECT insightType, insightState, insightEventName FROM insights ORDER BY insightState DESC

-- == is not true
-- rows 1: 1179
SELECT count(*) FROM events WHERE (errorCode = 'AccessDenied') IS NOT TRUE
