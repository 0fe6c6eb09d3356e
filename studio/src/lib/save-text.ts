/** Saves text as a file of the reader's machine; never opened as a page of this origin, whatever its author calls it. */
export function saveText(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replace(/[\\/]/g, "_");
  link.click();
  URL.revokeObjectURL(address);
}
