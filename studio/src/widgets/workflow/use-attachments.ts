import { useState } from "react";
import { widgetWords } from "@/i18n/en-widgets";
import { sizeOfBase64 } from "@/lib/base64";
import { sizeWords, visible } from "@/lib/words";
import type { Attachment, Intake } from "./intake";
import { FILES_LIMIT, readFile, type Unfit } from "./read-file";

const words = widgetWords.attach;

export type Attachments = {
  readonly files: readonly Attachment[];
  /** What could not be taken along, in words. */
  readonly problem: string | null;
  readonly add: (files: Iterable<File>) => void;
  readonly remove: (at: number) => void;
};

function told(file: File, why: Unfit): string {
  const name = visible(file.name);
  if (why === "too_large") return words.tooLarge(name, sizeWords(file.size), sizeWords(FILES_LIMIT));
  return why === "wrong_kind" ? words.wrongKind(name) : words.unreadable(name);
}

/** The files of a message that is being written. They live as long as its form: a draft would be too large to keep. */
export function useAttachments(intake: Intake): Attachments {
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const add = async (given: readonly File[]): Promise<void> => {
    const wanted = intake.files;
    if (wanted === null) return;
    const taken: Attachment[] = [];
    const refused: string[] = [];
    for (const file of given) {
      if (files.length + taken.length >= wanted.most) {
        refused.push(words.tooMany(wanted.most));
        break;
      }
      const room = FILES_LIMIT - [...files, ...taken].reduce((sum, one) => sum + sizeOfBase64(one.data), 0);
      const read = await readFile(file, wanted.types, room);
      if (typeof read === "string") refused.push(told(file, read));
      else taken.push(read);
    }
    setFiles((now) => [...now, ...taken]);
    setProblem(refused.length === 0 ? null : refused.join(" "));
  };
  return {
    files, problem,
    add: (given) => { void add([...given]); },
    remove: (at) => {
      setFiles((now) => now.filter((_, index) => index !== at));
      setProblem(null);
    },
  };
}
