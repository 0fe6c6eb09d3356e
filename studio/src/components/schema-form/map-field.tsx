import { Plus, X } from "lucide-react";
import { en } from "@/i18n/en";
import type { FieldProps } from "./field-props";
import { errorsAt, errorsHere } from "./field-props";
import { FieldFrame } from "./field-frame";
import { Foldable } from "./foldable";
import { initialValue, isFields } from "./initial-value";
import type { Json } from "./types";

/** Names chosen by the person, values by one schema. */
export function MapField(props: FieldProps<"map">) {
  const entries = Object.entries(isFields(props.value) ? props.value : {});
  const write = (next: readonly (readonly [string, Json | undefined])[]): void => { props.onChange(Object.fromEntries(next)); };
  const rename = (index: number, name: string): void => {
    if (entries.some(([other], at) => other === name && at !== index)) return;
    write(entries.map((entry, at) => (at === index ? [name, entry[1]] : entry)));
  };
  const add = (): void => {
    let name = "";
    for (let count = 1; entries.some(([other]) => other === name); count += 1) name = `${en.form.key.toLowerCase()}${String(count)}`;
    write([...entries, [name, initialValue(props.node.values, undefined, props.root) ?? ""]]);
  };
  const fixed = props.readOnly || props.ui.fixed === true;
  return (
    <FieldFrame {...props} as="group" errors={errorsHere(props.errors, entries.map(([name]) => name))}>
      <Foldable collapsed={props.ui.collapsed} wrong={props.errors.length > 0}>
      {entries.length === 0 && fixed ? <p className="hint">{en.form.nothing}</p> : null}
      <div className="items">
        {entries.map(([name, value], index) => (
          <div className="item pair" key={index}>
            <input className="input" aria-label={en.form.key} value={name} readOnly={fixed} onChange={(event) => { rename(index, event.target.value); }} />
            <props.Field
              schema={props.node.values} root={props.root} ui={props.ui.items ?? {}} id={`${props.id}-${String(index)}`} name={name === "" ? en.form.value : name} bare required
              value={value} errors={errorsAt(props.errors, name)} readOnly={props.readOnly} onChange={(next) => { write(entries.map((entry, at) => (at === index ? [name, next ?? null] : entry))); }}
            />
            {fixed ? null : (
              <button type="button" className="tool" aria-label={en.form.remove(name)} onClick={() => { write(entries.filter((_, at) => at !== index)); }}><X size={16} aria-hidden /></button>
            )}
          </div>
        ))}
      </div>
      {fixed ? null : <button type="button" className="btn sm addrow" onClick={add}><Plus size={16} aria-hidden />{en.form.add}</button>}
      </Foldable>
    </FieldFrame>
  );
}
