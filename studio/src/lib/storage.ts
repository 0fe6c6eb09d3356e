type Kept = { read(key: string): string | undefined; write(key: string, value: string | undefined): void };

/** Storage of the browser that never throws: private windows and full disks lose memory, not the page. */
const forgiving = (storage: () => Storage): Kept => ({
  read(key) {
    try {
      return storage().getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  },
  write(key, value) {
    try {
      if (value === undefined) storage().removeItem(key);
      else storage().setItem(key, value);
    } catch {
      // Nothing to do: the value lives as long as the page.
    }
  },
});

/** What the person keeps in this browser. */
export const storage = forgiving(() => localStorage);

/** What belongs to this tab alone, also after it is loaded again. */
export const tabStorage = forgiving(() => sessionStorage);
