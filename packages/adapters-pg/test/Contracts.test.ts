import { allContracts } from "@ddd/sim/contract/Contracts"
import * as PgWorld from "./support/PgWorld.ts"

allContracts({ name: "PostgreSQL", layer: PgWorld.layer() })
