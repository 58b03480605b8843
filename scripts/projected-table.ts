// Prints the DDL of a raw table with partition projection, for one account:
// npm run -s projected-table -- 111122223333 s3://my-trail-bucket/AWSLogs/ 2026/01/01 us-east-1,eu-west-1
import { projectedTableDdl } from '../lib/store/projection.ts'

const [account = '', location = '', from = '', regions = ''] = process.argv.slice(2)
const wrong = [
  !/^\d{12}$/.test(account) && 'an account of 12 digits',
  !/^s3:\/\/[a-z0-9.-]{3,63}\/(.+\/)?$/.test(location) && 'the folder of the account as s3://bucket/AWSLogs/',
  !/^\d{4}\/\d{2}\/\d{2}$/.test(from) && 'a first day as 2026/01/31',
  !/^[a-z0-9-]+(,[a-z0-9-]+)*$/.test(regions) && 'Regions with commas',
].filter(Boolean)
if (wrong.length > 0) {
  console.error(
    `expected ${wrong.join(', ')}: npm run -s projected-table -- ACCOUNT LOCATION FIRST_DAY REGIONS`,
  )
  process.exitCode = 2
} else {
  console.log(projectedTableDdl({ account, location, from, regions: regions.split(',') }))
}
