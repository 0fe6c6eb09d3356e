import type { ReactNode } from "react";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";
import type { FieldProps } from "./field-props";
import type { FieldError } from "./types";

type FrameProps = Pick<FieldProps, "id" | "label" | "ui" | "node" | "required" | "bare"> & {
  readonly errors: readonly FieldError[];
  /** `group` for several controls under one label. */
  readonly as?: "field" | "group";
  readonly className?: string;
  readonly children: ReactNode;
};

/** Ids of hint and error lines, in the order they are read aloud. */
export function describedBy(id: string, hint: string | undefined, errors: readonly FieldError[]): string | undefined {
  const ids = [errors.length > 0 ? `${id}-error` : "", hint === undefined ? "" : `${id}-hint`].filter((each) => each !== "");
  return ids.length === 0 ? undefined : ids.join(" ");
}

export const hintOf = (props: Pick<FieldProps, "ui" | "node">): string | undefined => props.ui.help ?? props.ui.description ?? props.node.description;

/** Attributes every control shares: id, name, validity and what describes it. */
export function controlProps(props: Pick<FieldProps, "id" | "ui" | "node" | "required" | "readOnly">, errors: readonly FieldError[]) {
  return {
    id: props.id, "aria-invalid": errors.length > 0 || undefined, "aria-describedby": describedBy(props.id, hintOf(props), errors),
    "aria-required": props.required && props.node.fallback === undefined ? true : undefined, disabled: props.ui.disabled === true,
  } as const;
}

export function FieldErrors({ id, errors }: { readonly id: string; readonly errors: readonly FieldError[] }) {
  if (errors.length === 0) return null;
  return (
    <div id={`${id}-error`}>
      {errors.map((error, index) => (
        <p className="err" key={index}><StatusMark status="failed" />{error.message}</p>
      ))}
    </div>
  );
}

/** Label above, hint and errors below; the control between them is the caller's. */
export function FieldFrame({ as = "field", className, children, errors, ...props }: FrameProps) {
  const optional = !props.required && (props.node.fallback === undefined || props.node.fallback === null);
  const hint = hintOf(props);
  const words = <>{props.label}{optional ? <span className="opt"> {en.form.optional}</span> : null}</>;
  const kind = props.bare === true ? "lab sr" : "lab";
  const below = (
    <>
      {hint === undefined ? null : <p className="hint" id={`${props.id}-hint`}>{hint}</p>}
      <FieldErrors id={props.id} errors={errors} />
    </>
  );
  if (as === "group") {
    return (
      <fieldset className={`field ${className ?? ""}`} aria-describedby={describedBy(props.id, hint, errors)} aria-invalid={errors.length > 0 || undefined}>
        <legend className={`${kind} mb4`}>{words}</legend>
        {children}
        {below}
      </fieldset>
    );
  }
  return (
    <div className={`field ${className ?? ""}`}>
      <label className={kind} htmlFor={props.id}>{words}</label>
      {children}
      {below}
    </div>
  );
}
