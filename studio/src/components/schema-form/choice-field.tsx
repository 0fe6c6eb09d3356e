import { ChevronDown } from "lucide-react";
import { en } from "@/i18n/en";
import type { FieldProps } from "./field-props";
import { errorsHere } from "./field-props";
import { controlProps, describedBy, FieldFrame, hintOf } from "./field-frame";
import type { Option, SchemaNode } from "./schema-node";
import type { FieldUi, Json } from "./types";
import { same } from "./validate";

/** The author's labels win over the schema's values; values keep their type. */
export function optionsOf(options: readonly Option[], ui: FieldUi): readonly Option[] {
  if (ui.enumOptions === undefined) return options;
  return ui.enumOptions.map((option) => (typeof option === "object" ? option : { value: option, label: options.find((each) => same(each.value, option))?.label ?? String(option) }));
}

/** Options a person may choose from when a text or number field has a list written for it. */
export function writtenOptions(node: SchemaNode, ui: FieldUi): readonly Option[] | undefined {
  if (node.kind === "choice") return optionsOf(node.options, ui);
  return ui.enumOptions !== undefined && (node.kind === "string" || node.kind === "number") ? optionsOf([], ui) : undefined;
}

type ChoiceProps = FieldProps & { readonly options: readonly Option[] };

/** One of several: a native select, or radio cards for a few short ones on wish. */
export function ChoiceField(props: ChoiceProps) {
  return props.ui.widget === "radio" || props.ui.widget === "choices" ? <RadioCards {...props} /> : <SelectField {...props} />;
}

function SelectField(props: ChoiceProps) {
  const { node, options, value } = props;
  const errors = errorsHere(props.errors);
  const chosen = options.findIndex((option) => same(option.value, value));
  const mayBeEmpty = node.nullable || !props.required;
  const change = (index: number): void => { props.onChange(options[index]?.value ?? (node.nullable ? null : undefined)); };
  return (
    <FieldFrame {...props} errors={errors}>
      <span className="select">
        <select
          {...controlProps(props, errors)} disabled={props.readOnly || props.ui.disabled === true} className={`input${errors.length > 0 ? " bad" : ""}`}
          value={chosen} onChange={(event) => { change(Number(event.target.value)); }}
        >
          {chosen < 0 || mayBeEmpty ? <option value={-1}>{mayBeEmpty ? en.form.notSet : (props.ui.placeholder ?? en.form.choose)}</option> : null}
          {options.map((option, index) => <option key={index} value={index}>{option.label}</option>)}
        </select>
        <ChevronDown size={16} aria-hidden />
      </span>
    </FieldFrame>
  );
}

function RadioCards(props: ChoiceProps) {
  const errors = errorsHere(props.errors);
  const few = props.ui.inline ?? (props.options.length <= 4 && props.options.every((option) => option.label.length <= 24));
  return (
    <FieldFrame {...props} as="group" errors={errors}>
      <div className={few ? "cols" : "items"} role="radiogroup" aria-label={props.label} aria-describedby={describedBy(props.id, hintOf(props), errors)}>
        {props.options.map((option, index) => (
          <label className="choice" key={index}>
            <input
              type="radio" className="box" name={props.id} id={index === 0 ? props.id : `${props.id}-${String(index)}`} aria-invalid={errors.length > 0 || undefined}
              checked={same(option.value, props.value)} disabled={props.readOnly || props.ui.disabled === true} onChange={() => { props.onChange(option.value); }}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </FieldFrame>
  );
}

/** Several of several: one box each; the order of the list is kept. */
export function ManyField(props: FieldProps<"array"> & { readonly options: readonly Option[] }) {
  const errors = errorsHere(props.errors);
  const chosen = Array.isArray(props.value) ? (props.value as readonly Json[]) : [];
  const has = (option: Option): boolean => chosen.some((item) => same(item, option.value));
  const toggle = (option: Option): void => {
    props.onChange(props.options.filter((each) => (each === option ? !has(each) : has(each))).map((each) => each.value));
  };
  return (
    <FieldFrame {...props} as="group" errors={errors}>
      <div>
        {props.options.map((option, index) => (
          <label className="swrow" key={index}>
            <input
              type="checkbox" className="box" id={index === 0 ? props.id : `${props.id}-${String(index)}`} checked={has(option)} aria-invalid={errors.length > 0 || undefined}
              disabled={props.readOnly || props.ui.disabled === true} onChange={() => { toggle(option); }}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </FieldFrame>
  );
}
