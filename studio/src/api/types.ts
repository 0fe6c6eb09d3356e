import type { components } from "./schema";

type Schemas = components["schemas"];

export type App = Schemas["App"];
export type Awaiting = Schemas["Awaiting"];
export type AwaitingBrief = Schemas["AwaitingBrief"];
export type Document = Schemas["Document"];
export type DocumentPage = Schemas["DocumentPage"];
export type Graph = Schemas["Graph"];
export type Part = Schemas["Part"];
export type ProblemBody = Schemas["Problem"];
export type Run = Schemas["Run"];
export type RunPage = Schemas["RunPage"];
export type RunStatus = Schemas["RunStatus"];
export type RunSummary = Schemas["RunSummary"];
export type StartRun = Schemas["StartRun"];
export type Step = Schemas["Step"];
export type StepSummary = Schemas["StepSummary"];
export type StudioEvent = Schemas["StudioEvent"];
export type System = Schemas["System"];
export type Task = Schemas["Task"];
export type Transition = Schemas["Transition"];
export type TriggerReceipt = Schemas["TriggerReceipt"];
export type Why = Schemas["Why"];
export type Widget = Schemas["Widget"];
export type Workflow = Schemas["Workflow"];
export type WorkflowSummary = Schemas["WorkflowSummary"];
export type Workspace = Schemas["Workspace"];
