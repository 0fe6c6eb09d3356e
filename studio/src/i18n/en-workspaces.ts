/** Words of the workspaces page. */
export const workspaceWords = {
  title: "Workspaces", about: "A workspace keeps the runs of one project together.", new: "New workspace", list: "Workspaces", search: "Search workspaces", noMatch: "No workspace matches.",
  created: "made", standard: "used where none is named", name: "Title", create: "Make workspace", rename: "Rename", renameTitle: (title: string) => `Rename ${title}`, save: "Save", remove: "Delete",
  removeTitle: (title: string) => `Delete ${title}?`, removeText: "Only an empty workspace can be deleted. This cannot be undone.", star: (title: string) => `${title} is a favourite`, more: (title: string) => `More about ${title}`,
} as const;
