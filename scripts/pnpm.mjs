/** The pnpm that installs everything: a version that `npx` downloads, the same everywhere. */
export const pnpm = "12.21.0"
