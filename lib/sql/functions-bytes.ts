import { renamed, scalar } from './functions.ts'

/** Bytes, addresses and URLs. https://trino.io/docs/current/functions/binary.html */
export const BYTE_FUNCTIONS = [
  scalar('to_utf8', 'varchar -> varbinary', { duckdb: renamed('encode') }),
  scalar('from_utf8', 'varbinary -> varchar', {
    duckdb: ([bytes]) => `trino_from_utf8(to_base64(${bytes}))`,
  }),
  scalar('to_hex', 'varbinary -> varchar', { duckdb: renamed('hex') }),
  scalar('from_hex', 'varchar -> varbinary', { duckdb: renamed('unhex') }),
  scalar('to_base64', 'varbinary -> varchar'),
  scalar('from_base64', 'varchar -> varbinary'),
  scalar('md5', 'varbinary -> varbinary', { duckdb: ([bytes]) => `unhex(md5(${bytes}))` }),
  scalar('sha1', 'varbinary -> varbinary', { duckdb: ([bytes]) => `unhex(sha1(${bytes}))` }),
  scalar('sha256', 'varbinary -> varbinary', { duckdb: ([bytes]) => `unhex(sha256(${bytes}))` }),
  scalar('url_extract_protocol', 'varchar -> varchar', {
    duckdb: ([url]) => `trino_url(${url}, 'protocol')`,
  }),
  scalar('url_extract_host', 'varchar -> varchar', { duckdb: ([url]) => `trino_url(${url}, 'host')` }),
  scalar('url_extract_port', 'varchar -> bigint', {
    duckdb: ([url]) => `CAST(trino_url(${url}, 'port') AS BIGINT)`,
  }),
  scalar('url_extract_path', 'varchar -> varchar', { duckdb: ([url]) => `trino_url(${url}, 'path')` }),
  scalar('url_extract_query', 'varchar -> varchar', { duckdb: ([url]) => `trino_url(${url}, 'query')` }),
  scalar('url_extract_fragment', 'varchar -> varchar', {
    duckdb: ([url]) => `trino_url(${url}, 'fragment')`,
  }),
  scalar('url_extract_parameter', 'varchar, varchar -> varchar', { duckdb: renamed('trino_url_parameter') }),
  scalar('url_encode', 'varchar -> varchar', { duckdb: renamed('trino_url_encode') }),
  scalar('url_decode', 'varchar -> varchar', { duckdb: renamed('trino_url_decode') }),
]
