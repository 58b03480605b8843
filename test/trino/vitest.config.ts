import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/trino/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 280_000,
    fileParallelism: false,
  },
})
