/** Saves something as a file of the reader's machine; never opened as a page of this origin, whatever its author calls it. */
export function saveFile(name: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replace(/[\\/]/g, "_");
  link.click();
  URL.revokeObjectURL(address);
}
