import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { useState } from "react";
import { en } from "@/i18n/en";
import { ManyField, writtenOptions } from "./choice-field";
import type { FieldProps } from "./field-props";
import { errorsAt, errorsHere } from "./field-props";
import { FieldFrame } from "./field-frame";
import { Foldable } from "./foldable";
import { initialValue } from "./initial-value";
import { describe } from "./schema-node";
import type { Json } from "./types";

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

const blank = (kind: string): Json => (kind === "string" ? "" : null);

/** One key per entry: the known ones, then new ones that were never used. */
function keysFor(count: number, known: readonly number[]): readonly number[] {
  const next = Math.max(-1, ...known) + 1;
  return Array.from({ length: count }, (_, index) => known[index] ?? next + index);
}

/** A list: entries can be added, removed and moved; each drag-free with buttons. */
export function ArrayField(props: FieldProps<"array">) {
  const { node, root } = props;
  const items = listOf(props.value);
  // Keys follow entries when they move, so that typing and focus stay with them.
  const [known, setKnown] = useState<readonly number[]>([]);
  const keys = keysFor(items.length, known);
  const inner = describe(node.items, root);
  const options = writtenOptions(inner, props.ui.items ?? {});
  if (options !== undefined && inner.kind === "choice") return <ManyField {...props} options={options} />;

  const fixed = props.readOnly || props.ui.fixed === true || props.ui.disabled === true;
  const big = !["string", "number", "decimal", "choice", "boolean", "json"].includes(inner.kind);
  const replace = (index: number, value: Json | undefined): void => { props.onChange(items.map((item, at) => (at === index ? (value ?? blank(inner.kind)) : item))); };
  const remove = (index: number): void => {
    setKnown(keys.filter((_, at) => at !== index));
    props.onChange(items.filter((_, at) => at !== index));
  };
  const move = (index: number, by: -1 | 1): void => {
    const order = items.map((_, at) => at);
    order.splice(index + by, 0, ...order.splice(index, 1));
    setKnown(order.flatMap((at) => keys.slice(at, at + 1)));
    props.onChange(order.flatMap((at) => items.slice(at, at + 1)));
  };
  const add = (): void => {
    setKnown(keysFor(items.length + 1, keys));
    props.onChange([...items, initialValue(node.items, undefined, root) ?? blank(inner.kind)]);
  };
  const what = props.ui.items?.label ?? (big ? inner.title : undefined) ?? "";
  return (
    <FieldFrame {...props} as="group" errors={errorsHere(props.errors, items.map((_, index) => index))}>
      <Foldable collapsed={props.ui.collapsed} wrong={props.errors.length > 0}>
      {items.length === 0 && fixed ? <p className="hint">{en.form.nothing}</p> : null}
      <ol className="items">
        {items.map((item, index) => (
          <li className={`item${big ? " big" : ""}`} key={keys[index]}>
            <props.Field
              schema={node.items} root={root} ui={props.ui.items ?? {}} id={`${props.id}-${String(index)}`} name={en.form.entry(index + 1)} bare required
              value={item} errors={errorsAt(props.errors, index)} readOnly={props.readOnly} onChange={(value) => { replace(index, value); }}
            />
            {fixed ? null : <Tools index={index} count={items.length} onMove={move} onRemove={remove} />}
          </li>
        ))}
      </ol>
      {fixed || (node.max !== undefined && items.length >= node.max) ? null : (
        <button type="button" className="btn sm addrow" onClick={add}><Plus size={16} aria-hidden />{what === "" ? en.form.add : en.form.addNamed(what.toLowerCase())}</button>
      )}
      </Foldable>
    </FieldFrame>
  );
}

type ToolsProps = { readonly index: number; readonly count: number; readonly onMove: (index: number, by: -1 | 1) => void; readonly onRemove: (index: number) => void };

function Tools({ index, count, onMove, onRemove }: ToolsProps) {
  const entry = en.form.entry(index + 1).toLowerCase();
  return (
    <span className="tools">
      {count > 1 ? (
        <>
          <button type="button" className="tool" aria-label={en.form.up(entry)} disabled={index === 0} onClick={() => { onMove(index, -1); }}><ArrowUp size={16} aria-hidden /></button>
          <button type="button" className="tool" aria-label={en.form.down(entry)} disabled={index === count - 1} onClick={() => { onMove(index, 1); }}><ArrowDown size={16} aria-hidden /></button>
        </>
      ) : null}
      <button type="button" className="tool" aria-label={en.form.remove(entry)} onClick={() => { onRemove(index); }}><X size={16} aria-hidden /></button>
    </span>
  );
}

/** A fixed number of entries, each with its own schema. */
export function TupleField(props: FieldProps<"tuple">) {
  const items = listOf(props.value);
  return (
    <FieldFrame {...props} as="group" errors={errorsHere(props.errors, props.node.items.map((_, index) => index))}>
      <div className="nest">
        {props.node.items.map((schema, index) => (
          <props.Field
            key={index} schema={schema} root={props.root} ui={props.ui.items ?? {}} id={`${props.id}-${String(index)}`} name={en.form.entry(index + 1)} required
            value={items[index]} errors={errorsAt(props.errors, index)} readOnly={props.readOnly}
            onChange={(value) => { props.onChange(props.node.items.map((_, at) => (at === index ? (value ?? null) : (items[at] ?? null)))); }}
          />
        ))}
      </div>
    </FieldFrame>
  );
}
