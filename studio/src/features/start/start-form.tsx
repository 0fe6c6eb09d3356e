import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent, SubmitEvent } from "react";
import { Problem } from "@/api/problem";
import { useStartRun } from "@/api/runs";
import type { Run, Widget, Workflow } from "@/api/types";
import { workspacesQuery } from "@/api/workspaces";
import { Button } from "@/components/controls/button";
import { CopyButton } from "@/components/controls/copy-button";
import { Field, Select } from "@/components/controls/field";
import { ProblemBox } from "@/components/frame/problem-box";
import { describe, focusFirstInvalid, isJson, isSchema, readFieldUi, SchemaForm, validate } from "@/components/schema-form";
import type { FieldError, JsonSchema } from "@/components/schema-form";
import { en } from "@/i18n/en";
import { newKey } from "@/lib/new-key";
import { commandKey, withCommand } from "@/lib/platform";
import { storage } from "@/lib/storage";
import { visible } from "@/lib/words";
import { startCommand } from "@/model/commands";
import { useDraft } from "./use-draft";

const WORKSPACE = "loopstack.workspace";

type StartFormProps = {
  readonly workflow: Workflow;
  readonly launch: Widget | undefined;
  /** The run whose arguments and workspace are taken over. */
  readonly origin: Run | undefined;
};

/** Hints on fields are said of the arguments only. */
const NO_HINTS = readFieldUi(undefined);

const fieldsOf = (schema: JsonSchema): boolean => {
  const node = describe(schema, schema);
  return node.kind !== "object" || node.properties.length > 0;
};

/** Arguments, workspace and title of a run; what the server refuses is said at the fields. */
export function StartForm({ workflow, launch, origin }: StartFormProps) {
  const schema = isSchema(workflow.args_schema) ? workflow.args_schema : undefined;
  const ui = readFieldUi(launch?.options);
  const [value, setValue, clearDraft] = useDraft(origin === undefined ? workflow.name : `${workflow.name}/${origin.id}`, schema ?? true, ui, isJson(origin?.args) ? origin.args : undefined);
  const configSchema = isSchema(workflow.config_schema) && fieldsOf(workflow.config_schema) ? workflow.config_schema : undefined;
  const [config, setConfig, clearConfig] = useDraft(`${workflow.name}${origin === undefined ? "" : `/${origin.id}`}#config`, configSchema ?? true, NO_HINTS, isJson(origin?.config) ? origin.config : undefined);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [configErrors, setConfigErrors] = useState<readonly FieldError[]>([]);
  const wrong = errors.length + configErrors.length;
  const [title, setTitle] = useState("");
  const [workspace, setWorkspace] = useState(origin?.workspace_id ?? storage.read(WORKSPACE) ?? "");
  const [key, setKey] = useState(newKey);
  const workspaces = useQuery(workspacesQuery).data ?? [];
  const start = useStartRun();
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => { form.current?.querySelector<HTMLElement>("input, textarea, select, button")?.focus({ preventScroll: true }); }, []);
  // After the messages are drawn: the first of them gets the cursor.
  useEffect(() => { if (wrong > 0) focusFirstInvalid(form.current); }, [errors, configErrors, wrong]);

  const chosen = workspaces.find((each) => each.id === workspace) ?? workspaces.find((each) => each.is_default);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (start.isPending) return;
    const found = schema === undefined ? [] : validate(schema, value);
    const foundInConfig = configSchema === undefined ? [] : validate(configSchema, config);
    setErrors(found);
    setConfigErrors(foundInConfig);
    if (found.length + foundInConfig.length > 0) return;
    const body = { workflow: workflow.name, app: workflow.app, args: value ?? null, config: configSchema === undefined ? null : config ?? null, title: title.trim() === "" ? null : title.trim(), workspace_id: chosen?.id ?? null };
    start.mutate({ body, key }, {
      onSuccess: (run) => {
        clearDraft();
        clearConfig();
        if (chosen !== undefined) storage.write(WORKSPACE, chosen.id);
        void navigate({ to: "/runs/$runId", params: { runId: run.id } });
      },
      onError: (error) => {
        if (!(error instanceof Problem) || error.status === 0) return; // The same key again: it cannot start twice.
        setKey(newKey());
        (error.body.code === "invalid_config" ? setConfigErrors : setErrors)((error.body.fields ?? []).filter(isFieldError));
      },
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !withCommand(event)) return;
    event.preventDefault();
    form.current?.requestSubmit();
  };
  const refused = start.error instanceof Problem && (start.error.body.fields?.length ?? 0) > 0;
  return (
    <form ref={form} className="startform" noValidate onSubmit={submit} onKeyDown={onKeyDown}>
      {schema === undefined ? (
        <details><summary className="summary t13 ink2">{en.start.plainArguments}</summary><SchemaForm schema={true} ui={{ label: en.form.json }} value={value} onChange={setValue} errors={errors} idPrefix="args" /></details>
      ) : fieldsOf(schema) ? (
        <SchemaForm schema={schema} ui={ui} value={value} onChange={setValue} errors={errors} readOnly={start.isPending} idPrefix="args" />
      ) : <p className="ink2">{en.start.noArguments}</p>}
      {configSchema === undefined ? null : (
        <fieldset className="config">
          <legend className="t13 ink2">{en.start.configuration}</legend>
          <SchemaForm schema={configSchema} ui={NO_HINTS} value={config} onChange={setConfig} errors={configErrors} readOnly={start.isPending} idPrefix="config" />
        </fieldset>
      )}
      <div className="cols">
        {workspaces.length < 2 ? null : (
          <Field label={en.start.workspace} id="workspace">
            <Select id="workspace" value={chosen?.id ?? ""} options={workspaces.map((each) => ({ value: each.id, label: visible(each.title) }))} onChange={setWorkspace} />
          </Field>
        )}
        <Field label={en.start.runTitle} id="title" optional>
          <input id="title" className="input" value={title} maxLength={200} autoComplete="off" placeholder={visible(workflow.title)} onChange={(event) => { setTitle(event.target.value); }} />
        </Field>
      </div>
      {start.isError && !refused ? <ProblemBox error={start.error} /> : null}
      <p className="sr" role="status">{wrong > 0 ? en.start.fixFields(wrong) : ""}</p>
      <div className="acts flush">
        <Button variant="primary" type="submit" disabled={start.isPending}>{start.isPending ? en.start.sending : en.start.submit}<kbd className="only-wide">{commandKey}{"↵"}</kbd></Button>
        <CopyButton label={en.start.copy} text={startCommand({ workflow: workflow.name, app: workflow.app, args: isJson(value) ? value : undefined, config: configSchema === undefined ? undefined : config })} />
      </div>
    </form>
  );
}

const isFieldError = (field: { readonly path: readonly (string | number)[]; readonly message: string }): field is FieldError => field.message !== "";
