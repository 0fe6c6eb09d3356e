import type { ChangeEvent } from "react";
import type { FieldProps } from "./field-props";
import { errorsHere, isLongText } from "./field-props";
import { controlProps, FieldFrame } from "./field-frame";

const types: Readonly<Record<string, string>> = {
  email: "email", uri: "url", url: "url", phone: "tel", password: "password", date: "date", time: "time", "date-time": "datetime-local",
};

// The field grows with its text; `rows` is where it begins.
const LINE = 24;

const pad = (part: number): string => String(part).padStart(2, "0");

/** "2026-11-17T13:06:00Z" → what a local date-time input shows; unreadable text stays as it is. */
export function toLocalInput(value: string): string {
  const time = new Date(value);
  if (value === "" || Number.isNaN(time.getTime())) return value;
  return `${String(time.getFullYear())}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}T${pad(time.getHours())}:${pad(time.getMinutes())}`;
}

/** The reverse, with the offset of the person's zone at that time. */
export function fromLocalInput(value: string): string {
  const time = new Date(value);
  if (value === "" || Number.isNaN(time.getTime())) return value;
  const offset = -time.getTimezoneOffset();
  const size = Math.abs(offset);
  return `${value.length === 16 ? `${value}:00` : value}${offset < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

export function TextField(props: FieldProps<"string">) {
  const { node, ui, value } = props;
  const errors = errorsHere(props.errors);
  const shown = typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
  const type = types[ui.widget ?? ""] ?? types[node.format ?? ""] ?? "text";
  const change = (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>): void => {
    const text = event.target.value;
    // Cleared: "not set" where the schema knows that, absent where something must be said, else truly empty.
    if (text === "") props.onChange(node.nullable ? null : props.required || (type !== "text" && type !== "password") ? undefined : "");
    else props.onChange(type === "datetime-local" ? fromLocalInput(text) : text);
  };
  const shared = {
    ...controlProps(props, errors), onChange: change, placeholder: ui.placeholder ?? node.example, readOnly: props.readOnly,
    className: `input${errors.length > 0 ? " bad" : ""}${ui.widget === "code-edit" || ui.widget === "json" ? " code" : ""}`,
  };
  return (
    <FieldFrame {...props} errors={errors}>
      {isLongText(props.name, ui, node.max, value) ? (
        <textarea {...shared} value={shown} style={{ minHeight: (ui.rows ?? 6) * LINE + 12 }} rows={ui.rows ?? 6} spellCheck={ui.widget !== "code-edit"} />
      ) : (
        <input {...shared} type={type} value={type === "datetime-local" ? toLocalInput(shown) : shown} autoComplete={type === "password" ? "new-password" : "off"} />
      )}
    </FieldFrame>
  );
}
