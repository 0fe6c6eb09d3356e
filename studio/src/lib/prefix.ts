// Built files live in `<prefix>/assets/`; so the prefix is known without a word in the page.
const here = import.meta.url;

/** The path the studio is served under, with a slash at both ends: "/" or "/tools/loop/". */
export const prefix: string = import.meta.env.PROD ? new URL("../", here).pathname : "/";
