declare module "vitest" {
  interface TaskMeta {
    readonly needs?: Needs
  }
}

/** What a test needs that a machine may lack, in words; `npm test` says it where the test is skipped. */
export type Needs = string
