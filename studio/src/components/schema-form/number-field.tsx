import { useState } from "react";
import type { FieldProps } from "./field-props";
import { errorsHere } from "./field-props";
import { controlProps, FieldFrame } from "./field-frame";
import type { Json } from "./types";

const readable = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** A number where the text is one; otherwise the text itself, so that nothing typed is lost and the check can speak. */
export function parseNumber(text: string): number | string {
  const tidy = text.trim().replace(",", ".");
  return readable.test(tidy) ? Number(tidy) : text;
}

const show = (value: Json | undefined): string => (typeof value === "number" || typeof value === "string" ? String(value) : "");

export function NumberField(props: FieldProps<"number"> | FieldProps<"decimal">) {
  const { node, ui, value } = props;
  const errors = errorsHere(props.errors);
  const [typed, setTyped] = useState(show(value));
  // "1." and "1,50" are kept as typed for as long as they still mean the value.
  const meant = node.kind === "decimal" ? typed.replace(",", ".") : show(parseNumber(typed));
  const text = meant === show(value) ? typed : show(value);
  const change = (next: string): void => {
    setTyped(next);
    if (next.trim() === "") props.onChange(node.nullable ? null : undefined);
    else props.onChange(node.kind === "decimal" ? next.trim().replace(",", ".") : parseNumber(next));
  };
  const shared = controlProps(props, errors);
  if (node.kind === "number" && ui.widget === "slider" && node.min !== undefined && node.max !== undefined) {
    return (
      <FieldFrame {...props} errors={errors}>
        <span className="range">
          <input {...shared} type="range" min={node.min} max={node.max} step={node.step ?? (node.integer ? 1 : "any")} value={text === "" ? node.min : text} disabled={shared.disabled || props.readOnly} onChange={(event) => { change(event.target.value); }} />
          <output htmlFor={props.id}>{text}</output>
        </span>
      </FieldFrame>
    );
  }
  return (
    <FieldFrame {...props} errors={errors}>
      <input
        {...shared} type="text" inputMode={node.kind === "number" && node.integer ? "numeric" : "decimal"} autoComplete="off" readOnly={props.readOnly}
        className={`input num${errors.length > 0 ? " bad" : ""}`} value={text} placeholder={ui.placeholder ?? node.example} onChange={(event) => { change(event.target.value); }}
      />
    </FieldFrame>
  );
}
