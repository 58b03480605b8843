import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/trino/**'],
    testTimeout: 30_000,
    // the pages ask every verb of the command line for its help
    hookTimeout: 60_000,
    env: {
      TZ: 'America/New_York', // nothing may depend on the machine's time zone
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
      POWERTOOLS_DEV: 'false',
      POWERTOOLS_LOG_LEVEL: 'CRITICAL',
      POWERTOOLS_METRICS_DISABLED: 'true',
    },
    coverage: { provider: 'v8', include: ['functions/**', 'lib/**'], reporter: ['text'] },
  },
})
