import { createContext, use, type ReactNode } from "react";
import { visible } from "@/lib/words";
import type { FieldProps } from "./field-props";
import { errorsHere } from "./field-props";
import { FieldFrame } from "./field-frame";

/** How formatted text is drawn; whoever shows a form may know more of it than the form does. */
export const FormattedText = createContext<(text: string) => ReactNode>((text) => <p className="said-text">{visible(text)}</p>);

const views = ["code-view", "markdown-view"];

export const isView = (widget: string | undefined): boolean => views.includes(widget ?? "");

/** A value to be read, not changed: as code, or as formatted text. */
export function ViewField(props: FieldProps) {
  const formatted = use(FormattedText);
  const text = typeof props.value === "string" ? props.value : props.value === undefined || props.value === null ? "" : JSON.stringify(props.value, null, 2);
  return (
    <FieldFrame {...props} as="group" errors={errorsHere(props.errors)}>
      {props.ui.widget === "code-view" ? <pre className="code" tabIndex={0} role="region" aria-label={props.label}><code>{visible(text)}</code></pre> : formatted(text)}
    </FieldFrame>
  );
}
