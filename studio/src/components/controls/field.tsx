import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";

type FieldProps = {
  readonly label: string;
  readonly id: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly optional?: boolean;
  readonly children: ReactNode;
};

/** Label, control, hint and error for the few fields that no schema describes. */
export function Field({ label, id, hint, error, optional = false, children }: FieldProps) {
  return (
    <div className="field">
      <label className="lab" htmlFor={id}>{label}{optional ? <span className="opt"> {en.form.optional}</span> : null}</label>
      {children}
      {hint === undefined ? null : <p className="hint" id={`${id}-hint`}>{hint}</p>}
      {error === undefined ? null : <p className="err" id={`${id}-error`}><StatusMark status="failed" />{error}</p>}
    </div>
  );
}

type SelectProps = {
  readonly id: string;
  readonly label?: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
};

/** The platform's own select: works with every keyboard, thumb and screen reader. */
export function Select({ id, label, value, options, onChange }: SelectProps) {
  return (
    <span className="select">
      <select className="input" id={id} aria-label={label} value={value} onChange={(event) => { onChange(event.target.value); }}>
        {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
      </select>
      <ChevronDown size={16} aria-hidden />
    </span>
  );
}
