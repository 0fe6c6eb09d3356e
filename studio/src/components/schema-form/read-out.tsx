import { en } from "@/i18n/en";
import { visible } from "@/lib/words";
import { labelOf } from "./field-props";
import { isFields } from "./initial-value";
import { ordered } from "./object-field";
import { describe, ownTitle } from "./schema-node";
import type { FieldUi, Json, JsonSchema } from "./types";
import { matchingBranch, same } from "./validate";

type ReadOutProps = { readonly schema: JsonSchema; readonly ui?: FieldUi; readonly value: Json | undefined; readonly root?: JsonSchema };

const isEmpty = (value: Json | undefined): boolean => value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** A value as text for reading: labels at the left, lists as lines, no grey inputs. */
export function ReadOut({ schema, ui = {}, value, root = schema }: ReadOutProps) {
  const node = describe(schema, root);
  if (value === undefined || isEmpty(value)) return <span className="ink3">{en.form.nothing}</span>;
  if (node.kind === "union") {
    const branch = node.branches[matchingBranch(node.branches, value, root) ?? -1];
    return branch === undefined ? <Plain value={value} /> : <ReadOut schema={branch.schema} ui={ui} value={value} root={root} />;
  }
  if (node.kind === "choice") return <>{node.options.find((option) => same(option.value, value))?.label ?? JSON.stringify(value)}</>;
  if (node.kind === "object" && isFields(value)) {
    return (
      <dl className="readout">
        {ordered(node.properties, ui.order).filter((property) => ui.properties?.[property.name]?.hidden !== true).map((property) => {
          const own = ui.properties?.[property.name] ?? {};
          return [
            <dt key={`${property.name}-label`}>{labelOf(property.name, ownTitle(property.schema), own)}</dt>,
            <dd key={property.name}><ReadOut schema={property.schema} ui={own} value={value[property.name]} root={root} /></dd>,
          ];
        })}
      </dl>
    );
  }
  if (Array.isArray(value)) {
    const items = node.kind === "array" ? node.items : true;
    return <ul>{(value as readonly Json[]).map((item, index) => <li key={index}><ReadOut schema={items} ui={ui.items ?? {}} value={item} root={root} /></li>)}</ul>;
  }
  return <Plain value={value} />;
}

function Plain({ value }: { readonly value: Json }) {
  if (typeof value === "boolean") return <>{value ? en.form.yes : en.form.no}</>;
  if (typeof value === "object") return <code>{visible(JSON.stringify(value, null, 2))}</code>;
  return <>{visible(String(value))}</>;
}
