/** Ids of jobs, whose words are parted by spaces, as operators see and write them: one word that a shell takes without quotes. */

/** `payout/019a…` for `payout 019a…`. No id has a slash of its own. */
export const jobIdText = (id: string): string => id.replaceAll(" ", "/")

/** The id that is meant, in either spelling. */
export const jobIdOf = (text: string): string => text.replaceAll("/", " ")
