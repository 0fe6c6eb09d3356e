import { createContext, use } from "react";
import type { CallResult } from "@/model/tool-calls";

/** What came back for the tool calls of the messages on this page. */
export const CallResultsContext = createContext<ReadonlyMap<string, CallResult>>(new Map());

/** The result of one call; undefined while it is open. */
export const useCallResult = (id: string): CallResult | undefined => use(CallResultsContext).get(id);
