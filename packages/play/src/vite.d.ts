/** What the build makes of an import with this ending: the address of the worker that the module is. */
declare module "*?worker&url" {
  const url: string
  export default url
}
