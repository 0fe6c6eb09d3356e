import { en } from "@/i18n/en";
import type { FieldProps, FieldSpec } from "./field-props";
import { errorsAt, errorsHere, isLongText } from "./field-props";
import { FieldErrors, FieldFrame } from "./field-frame";
import { Foldable } from "./foldable";
import { initialValue, isFields } from "./initial-value";
import { describe } from "./schema-node";
import type { Property } from "./schema-node";
import type { FieldUi, Json, JsonSchema } from "./types";

/** The author's order first, then the rest as declared. */
export function ordered(properties: readonly Property[], order: readonly string[] = []): readonly Property[] {
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...properties].sort((left, right) => rank(left.name) - rank(right.name));
}

/** Short controls may stand two in a row; texts, lists and groups take the whole width. */
function isWide(property: Property, root: JsonSchema, ui: FieldUi, value: Json | undefined): boolean {
  const node = describe(property.schema, root);
  if (ui.widget === "radio") return true;
  if (node.kind === "string") return node.format === undefined && (ui.widget !== undefined || isLongText(property.name, ui, node.max, value) || node.max === undefined);
  return !["number", "decimal", "boolean", "choice"].includes(node.kind);
}

/** Neighbours that are both short share a row; a short one alone does not leave a hole beside it. */
function layout(wide: readonly boolean[]): readonly boolean[] {
  const result: boolean[] = [];
  for (let index = 0; index < wide.length; index += 1) {
    if (wide[index] === false && wide[index + 1] === false) {
      result.push(false, false);
      index += 1;
    } else result.push(true);
  }
  return result;
}

export function ObjectField(props: FieldProps<"object">) {
  const { node, value } = props;
  const fields = isFields(value) ? value : {};
  const visible = ordered(node.properties, props.ui.order).filter((property) => props.ui.properties?.[property.name]?.hidden !== true);
  const wide = layout(visible.map((property) => isWide(property, props.root, props.ui.properties?.[property.name] ?? {}, fields[property.name])));
  const change = (name: string, next: Json | undefined): void => { props.onChange({ ...fields, [name]: next }); };
  const here = errorsHere(props.errors, visible.map((property) => property.name));
  const parts = visible.map((property, index) => {
    const spec: FieldSpec = {
      schema: property.schema, root: props.root, ui: props.ui.properties?.[property.name] ?? {}, id: `${props.id}-${property.name}`, name: property.name,
      required: property.required, value: fields[property.name], errors: errorsAt(props.errors, property.name),
      readOnly: props.readOnly || props.ui.properties?.[property.name]?.readonly === true, onChange: (next) => { change(property.name, next); },
    };
    return <div className={wide[index] === true ? "wide" : undefined} key={property.name}><props.Field {...spec} /></div>;
  });
  if (props.name === "") return <><FieldErrors id={props.id} errors={here} /><div className="cols roomy">{parts}</div></>;
  const free = node.nullable || !props.required;
  const absent = free && (value === undefined || value === null);
  return (
    <FieldFrame {...props} as="group" errors={here}>
      {free ? <SetSwitch {...props} /> : null}
      {absent ? null : <Foldable collapsed={props.ui.collapsed} wrong={props.errors.length > 0}><div className={`nest${here.length > 0 ? " failing" : ""}`}><div className="cols">{parts}</div></div></Foldable>}
    </FieldFrame>
  );
}

/** For parts that may be missing; switching on fills in the defaults. It stays where it is, so that focus does. */
function SetSwitch(props: FieldProps<"object">) {
  const on = isFields(props.value);
  const filled = (): Json => Object.fromEntries(props.node.properties.filter((each) => each.required || describe(each.schema, props.root).fallback !== undefined).map((each) => [each.name, initialValue(each.schema, undefined, props.root)]));
  return (
    <label className="swrow">
      <input type="checkbox" role="switch" className="sw" id={`${props.id}-set`} checked={on} disabled={props.readOnly} onChange={(event) => { props.onChange(event.target.checked ? filled() : props.node.nullable ? null : undefined); }} />
      <span className="t13 ink2">{en.form.set(props.label)}</span>
    </label>
  );
}
