/**
 * Writes src/api/generated.ts, the types of the HTTP API, from its checked-in description.
 * The file is made, not kept: dev, build and lint begin with this, so it cannot be out of date.
 */
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const DESCRIPTION = new URL("../../docs/reference/openapi.json", import.meta.url);
const GENERATED = new URL("../src/api/generated.ts", import.meta.url);

const description = JSON.parse(await readFile(DESCRIPTION, "utf8"));
// Only the schemas are used. `type: object` without properties is free JSON: unknown, not an object without keys.
const types = astToString(await openapiTS({ ...description, paths: {} }, { emptyObjectsUnknown: true }));
const before = await readFile(GENERATED, "utf8").catch(() => "");
// An unchanged file keeps its date, so that nothing is built again because of it.
if (types !== before) await writeFile(GENERATED, types);
