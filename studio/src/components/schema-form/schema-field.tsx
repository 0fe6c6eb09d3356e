import { ArrayField, TupleField } from "./array-field";
import { BooleanField } from "./boolean-field";
import { ChoiceField, writtenOptions } from "./choice-field";
import type { FieldSpec } from "./field-props";
import { labelOf } from "./field-props";
import { JsonField } from "./json-field";
import { MapField } from "./map-field";
import { NumberField } from "./number-field";
import { ObjectField } from "./object-field";
import { describe, ownTitle } from "./schema-node";
import { TextField } from "./text-field";
import { UnionField } from "./union-field";
import { isView, ViewField } from "./view-field";

/** Draws one place of a form by the kind of its schema; the places below it come back here through `Field`. */
export function SchemaField({ schema, ...spec }: FieldSpec) {
  const node = describe(schema, spec.root);
  if (spec.ui.hidden === true || node.kind === "const") return null;
  const props = { ...spec, label: labelOf(spec.name, ownTitle(schema), spec.ui), Field: SchemaField };
  if (isView(spec.ui.widget)) return <ViewField {...props} node={node} />;
  const options = writtenOptions(node, spec.ui);
  if (options !== undefined) return <ChoiceField {...props} node={node} options={options} />;
  if (spec.ui.widget === "json" && node.kind !== "string") return <JsonField {...props} node={node} />;
  switch (node.kind) {
    case "string": return <TextField {...props} node={node} />;
    case "number": return <NumberField {...props} node={node} />;
    case "decimal": return <NumberField {...props} node={node} />;
    case "boolean": return <BooleanField {...props} node={node} />;
    case "array": return <ArrayField {...props} node={node} />;
    case "tuple": return <TupleField {...props} node={node} />;
    case "object": return <ObjectField {...props} node={node} />;
    case "map": return <MapField {...props} node={node} />;
    case "union": return <UnionField {...props} node={node} />;
    case "choice":
    case "json": return <JsonField {...props} node={node} />;
  }
}
