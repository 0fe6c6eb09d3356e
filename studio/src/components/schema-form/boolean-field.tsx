import { en } from "@/i18n/en";
import { ChoiceField } from "./choice-field";
import type { FieldProps } from "./field-props";
import { errorsHere } from "./field-props";
import { controlProps, FieldFrame } from "./field-frame";

const yesNo = [{ value: true, label: en.form.yes }, { value: false, label: en.form.no }];

/** A check box, or a switch on wish; where "neither" is possible (nullable, or required without a default) the two answers are written out. */
export function BooleanField(props: FieldProps<"boolean">) {
  const errors = errorsHere(props.errors);
  const undecided = props.node.nullable || (props.required && props.node.fallback === undefined && props.ui.widget === undefined);
  if (undecided) return <ChoiceField {...props} ui={props.node.nullable ? props.ui : { widget: "radio", ...props.ui }} options={yesNo} />;
  const on = props.value === true;
  const isSwitch = props.ui.widget === "switch";
  return (
    <FieldFrame {...props} errors={errors} className="swf">
      <span className="swrow">
        <input
          {...controlProps(props, errors)} type="checkbox" className={isSwitch ? "sw" : "box"} role={isSwitch ? "switch" : undefined}
          checked={on} disabled={props.readOnly || props.ui.disabled === true} onChange={(event) => { props.onChange(event.target.checked); }}
        />
        {isSwitch ? <span className="only-wide" aria-hidden>{on ? en.form.yes : en.form.no}</span> : null}
      </span>
    </FieldFrame>
  );
}
