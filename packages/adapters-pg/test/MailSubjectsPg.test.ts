import { mailSubjectsContract } from "@ddd/sim/contract/MailSubjects"
import { Layer } from "effect"
import * as MailSubjectsPg from "../src/MailSubjectsPg.ts"
import * as PgWorld from "./support/PgWorld.ts"

mailSubjectsContract({
  name: "PostgreSQL",
  layer: MailSubjectsPg.layer.pipe(Layer.provideMerge(PgWorld.layer()))
})
