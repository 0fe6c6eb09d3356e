import { describe } from "./schema-node";
import type { FieldUi, JsonSchema } from "./types";

const secretWidgets = ["password", "secret-input"];

/** Whether a form has a field whose text must not be kept anywhere; three levels deep is as far as forms nest in practice. */
export function holdsSecret(schema: JsonSchema, ui: FieldUi = {}, root: JsonSchema = schema, depth = 0): boolean {
  const node = describe(schema, root);
  if (secretWidgets.includes(ui.widget ?? "") || (node.kind === "string" && node.format === "password")) return true;
  if (depth >= 3) return false;
  if (node.kind === "object") return node.properties.some((each) => holdsSecret(each.schema, ui.properties?.[each.name], root, depth + 1));
  if (node.kind === "array") return holdsSecret(node.items, ui.items, root, depth + 1);
  if (node.kind === "union") return node.branches.some((each) => holdsSecret(each.schema, ui, root, depth + 1));
  return false;
}
