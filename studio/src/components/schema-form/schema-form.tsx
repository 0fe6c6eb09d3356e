import { SchemaField } from "./schema-field";
import { describe } from "./schema-node";
import type { SchemaFormProps } from "./types";

const none = [] as const;

/**
 * A form made from a JSON Schema and the author's wishes. It is controlled: it never keeps a value of its own,
 * so drafts, defaults (`initialValue`) and checks (`validate`) are the caller's to decide.
 */
export function SchemaForm({ schema, ui = {}, value, onChange, errors = none, readOnly = false, idPrefix }: SchemaFormProps) {
  // An object at the root is the form itself; anything else is one field that needs a name of its own.
  const name = describe(schema, schema).kind === "object" ? "" : "value";
  return (
    <div className="sform">
      <SchemaField schema={schema} root={schema} ui={ui} id={idPrefix} name={name} required value={value} onChange={onChange} errors={errors} readOnly={readOnly || ui.readonly === true} />
    </div>
  );
}

/** Puts the cursor into the first field with a complaint. */
export function focusFirstInvalid(form: HTMLElement | null): void {
  const first = form?.querySelector<HTMLElement>("[aria-invalid=true]:not(fieldset)");
  (first ?? form?.querySelector<HTMLElement>("fieldset[aria-invalid=true] input, fieldset[aria-invalid=true] select, fieldset[aria-invalid=true] button"))?.focus();
}
