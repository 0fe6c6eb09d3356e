import { useState } from "react";
import { en } from "@/i18n/en";
import type { FieldProps } from "./field-props";
import { errorsHere } from "./field-props";
import { controlProps, FieldFrame } from "./field-frame";
import { isJson } from "./schema-node";
import type { Json } from "./types";
import { same } from "./validate";

function parse(text: string): { readonly value: Json | undefined } | undefined {
  if (text.trim() === "") return { value: undefined };
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? { value } : undefined;
  } catch {
    return undefined;
  }
}

const print = (value: Json | undefined): string => (value === undefined ? "" : JSON.stringify(value, null, 2));

/** Free JSON, for schemas that say nothing. Text that is not JSON yet stays in the editor and is not handed on. */
export function JsonField(props: FieldProps) {
  const [text, setText] = useState(print(props.value));
  const typed = parse(text);
  const shown = typed === undefined || same(typed.value, props.value) ? text : print(props.value);
  const errors = typed === undefined ? [{ path: [], message: en.form.errors.json }] : errorsHere(props.errors, []);
  const change = (next: string): void => {
    setText(next);
    const parsed = parse(next);
    if (parsed !== undefined) props.onChange(parsed.value ?? (props.node.nullable ? null : undefined));
  };
  return (
    <FieldFrame {...props} errors={errors}>
      <textarea
        {...controlProps(props, errors)} className={`input code${errors.length > 0 ? " bad" : ""}`} rows={props.ui.rows ?? 5} spellCheck={false} readOnly={props.readOnly}
        value={shown} placeholder={props.ui.placeholder ?? "{}"} onChange={(event) => { change(event.target.value); }}
      />
    </FieldFrame>
  );
}
