import { Layer } from "effect"
import { mailSubjectsContract } from "../../src/contract/MailSubjects.ts"
import * as MailSubjectsMemory from "../../src/memory/jobs/MailSubjectsMemory.ts"
import * as Memory from "../../src/memory/Memory.ts"

mailSubjectsContract({
  name: "memory",
  layer: MailSubjectsMemory.layer.pipe(Layer.provideMerge(Memory.layer()))
})
