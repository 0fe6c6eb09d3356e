const rules = new Intl.PluralRules("en");
const numbers = new Intl.NumberFormat("en");
const lists = new Intl.ListFormat("en", { type: "conjunction" });

/** "1 run", "1,204 runs". */
export function counted(count: number, one: string, other: string): string {
  return `${numbers.format(count)} ${rules.select(count) === "one" ? one : other}`;
}

const small = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/** Numbers up to twelve in words, capitalised on wish: "Three", "1,204". */
export function inWords(count: number, capital = false): string {
  const word = small[count] ?? numbers.format(count);
  return capital ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}

/** 1,204 */
export const grouped = (count: number): string => numbers.format(count);

const either = new Intl.ListFormat("en", { type: "disjunction" });

/** "a, b or c" */
export const eitherOf = (items: readonly string[]): string => either.format(items);

/** "Confirm or deny", of titles that stand alone elsewhere. */
export const eitherTitle = (titles: readonly string[]): string =>
  eitherOf(titles.map((title, index) => (index === 0 ? title : title.charAt(0).toLowerCase() + title.slice(1))));

/** "a, b and c" */
export const listed = (items: readonly string[]): string => lists.format(items);
