/** The memory adapters do what every adapter must do. */
import { allContracts } from "../../src/contract/Contracts.ts"
import * as Memory from "../../src/memory/Memory.ts"

allContracts({ name: "memory", layer: Memory.layer() })
