import { useEffect, useState } from "react";
import { holdsSecret, initialValue, isJson } from "@/components/schema-form";
import type { FieldUi, Json, JsonSchema } from "@/components/schema-form";
import { storage } from "@/lib/storage";

const PAUSE_MS = 300;

function read(key: string): Json | undefined {
  try {
    const stored: unknown = JSON.parse(storage.read(key) ?? "null");
    return isJson(stored) && stored !== null ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** The value of a start form, kept over reloads; forms with secret fields are never kept. */
export function useDraft(workflow: string, schema: JsonSchema, ui: FieldUi): readonly [Json | undefined, (value: Json | undefined) => void, () => void] {
  const key = `loopstack.draft.start.${workflow}`;
  const kept = !holdsSecret(schema, ui);
  const [value, setValue] = useState(() => initialValue(schema, kept ? read(key) : undefined));
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (!kept || !touched) return undefined;
    const timer = setTimeout(() => { storage.write(key, value === undefined ? undefined : JSON.stringify(value)); }, PAUSE_MS);
    return () => { clearTimeout(timer); };
  }, [key, kept, touched, value]);
  const change = (next: Json | undefined): void => {
    setTouched(true);
    setValue(next);
  };
  const clear = (): void => {
    setTouched(false);
    storage.write(key, undefined);
  };
  return [value, change, clear];
}
