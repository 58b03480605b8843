/** Text files of the repository, put into a bundle by scripts/build.mjs. The library never imports them: they are handed in. */
declare module 'content:rules' {
  const files: readonly { readonly path: string; readonly text: string }[]
  export default files
}
declare module 'content:queries' {
  const files: readonly { readonly path: string; readonly text: string }[]
  export default files
}
declare module 'content:playbooks' {
  const files: readonly { readonly path: string; readonly text: string }[]
  export default files
}
/** Paths of the databases of networks that the owner's trailwarden.yml names, packed beside the function; none when it names none. */
declare module 'content:network-databases' {
  const paths: readonly string[]
  export default paths
}
/** The owner's trailwarden.yml beside serverless.yml, read when the bundle was built; empty lists when there is none. */
declare module 'content:config' {
  const config: import('../lib/detection/config.ts').Config
  export default config
}
