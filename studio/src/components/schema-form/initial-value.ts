import { describe } from "./schema-node";
import type { Json, JsonSchema } from "./types";

type Fields = Readonly<Record<string, Json | undefined>>;

/** True for JSON objects (not arrays, not null). */
export const isFields = (value: Json | undefined): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** `given` with the schema's defaults filled in where it says nothing; what has no default stays absent. */
export function initialValue(schema: JsonSchema, given?: Json, root: JsonSchema = schema): Json | undefined {
  const node = describe(schema, root);
  const value = given === undefined ? node.fallback : given;
  switch (node.kind) {
    case "object": {
      if (value !== undefined && !isFields(value)) return value;
      if (value === undefined && node.nullable) return null;
      const filled: Record<string, Json | undefined> = { ...value };
      for (const property of node.properties) {
        const own = filled[property.name];
        // An optional part that is absent stays absent unless it names a default: that also ends recursive schemas.
        const filling = own === undefined && !property.required ? describe(property.schema, root).fallback : initialValue(property.schema, own, root);
        if (filling !== undefined) filled[property.name] = filling;
      }
      return filled;
    }
    case "array":
    case "tuple":
      return value ?? (node.nullable ? null : []);
    case "map":
      return value ?? (node.nullable ? null : {});
    case "const":
      return node.value;
    case "union": {
      const [first] = node.branches;
      if (value !== undefined || node.nullable || first === undefined) return value ?? null;
      return initialValue(first.schema, undefined, root);
    }
    case "string":
    case "number":
    case "decimal":
    case "boolean":
    case "choice":
    case "json":
      return value;
  }
}
