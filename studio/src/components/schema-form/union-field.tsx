import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { en } from "@/i18n/en";
import type { FieldProps } from "./field-props";
import { FieldFrame } from "./field-frame";
import { initialValue } from "./initial-value";
import { matchingBranch } from "./validate";

/** One of several shapes: a picker, and below it the fields of the chosen one. */
export function UnionField(props: FieldProps<"union">) {
  const { node, root } = props;
  const [picked, setPicked] = useState<number>();
  const chosen = matchingBranch(node.branches, props.value, root) ?? (props.value === null ? undefined : picked);
  const branch = chosen === undefined ? undefined : node.branches[chosen];
  const pick = (index: number): void => {
    setPicked(index < 0 ? undefined : index);
    const next = node.branches[index];
    props.onChange(next === undefined ? (node.nullable ? null : undefined) : initialValue(next.schema, undefined, root));
  };
  const tag = branch?.tag?.name;
  return (
    <FieldFrame {...props} as="group" errors={branch === undefined ? props.errors : []}>
      <span className="select">
        <select className="input" id={props.id} aria-label={`${props.label}: ${en.form.kind}`} disabled={props.readOnly} value={chosen ?? -1} onChange={(event) => { pick(Number(event.target.value)); }}>
          {chosen === undefined || node.nullable ? <option value={-1}>{node.nullable ? en.form.notSet : en.form.choose}</option> : null}
          {node.branches.map((each, index) => <option key={index} value={index}>{each.label}</option>)}
        </select>
        <ChevronDown size={16} aria-hidden />
      </span>
      {branch === undefined ? null : (
        <div className="nest">
          <props.Field
            key={chosen} schema={branch.schema} root={root} id={`${props.id}-${String(chosen)}`} name={branch.label} bare required value={props.value} errors={props.errors} readOnly={props.readOnly}
            ui={tag === undefined ? props.ui : { ...props.ui, properties: { ...props.ui.properties, [tag]: { hidden: true } } }} onChange={props.onChange}
          />
        </div>
      )}
    </FieldFrame>
  );
}
