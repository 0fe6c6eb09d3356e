import { useId, useState, type FormEvent } from "react";
import { Button } from "@/components/controls/button";
import { Field } from "@/components/controls/field";
import { Dialog } from "@/components/frame/dialog";
import { en } from "@/i18n/en";
import { workspaceWords as words } from "@/i18n/en-workspaces";

type TitleProps = { readonly title: string; readonly verb: string; readonly before: string; readonly onClose: () => void; readonly onTitle: (title: string) => void };

/** Asks for the title of a new or a known workspace. */
export function TitleDialog({ title, verb, before, onClose, onTitle }: TitleProps) {
  const [text, setText] = useState(before);
  const id = useId();
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === "") return;
    onTitle(text.trim());
    onClose();
  };
  return (
    <Dialog open onOpenChange={onClose} title={title}>
      <form className="mt12" onSubmit={send}>
        <Field id={id} label={words.name}><input id={id} className="input" maxLength={200} autoFocus value={text} onChange={(event) => { setText(event.target.value); }} /></Field>
        <div className="acts"><Button onClick={onClose}>{en.dialog.cancel}</Button><Button variant="primary" type="submit">{verb}</Button></div>
      </form>
    </Dialog>
  );
}
