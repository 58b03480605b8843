import { execFileSync } from 'node:child_process'

/** Builds dist/ whenever the deploy tool packages or runs a function, so that `sls deploy` alone is enough. */
export default class Build {
  constructor(serverless) {
    const cwd = serverless.serviceDir
    const build = () => void execFileSync(process.execPath, ['scripts/build.mjs'], { cwd, stdio: 'inherit' })
    this.hooks = {
      'before:package:createDeploymentArtifacts': build, // sls package, sls deploy
      'before:package:function:package': build, // sls deploy function
      'before:invoke:local:invoke': build, // sls invoke local
    }
  }
}
