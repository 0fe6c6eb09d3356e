import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|d|config))*\.(ts|tsx|js)$/;

/** Our own two rules: file names, and words that belong into i18n/en.ts. */
const house = {
  rules: {
    "kebab-case-files": {
      create: (context) => ({
        Program(node) {
          const name = context.filename.split("/").at(-1);
          if (!kebab.test(name)) context.report({ node, message: `File name ${name} is not kebab-case.` });
        },
      }),
    },
    "no-literal-words": {
      create: (context) => ({
        JSXText(node) {
          if (/\p{L}{2,}/u.test(node.value)) context.report({ node, message: "Words belong into src/i18n/en.ts." });
        },
      }),
    },
  },
};

const features = ["gallery", "home", "palette", "run", "runs", "shell", "start", "workspaces"];
const rooms = ["lib", "i18n", "api", "live", "model", "components", "widgets", "features", "routes"];

/** `room` may not import any of `above`. */
const below = (room, above) => above.map((other) => ({ target: `./src/${room}`, from: `./src/${other}` }));

const zones = [
  ...below("lib", rooms.filter((room) => room !== "lib" && room !== "i18n")),
  ...below("i18n", rooms.filter((room) => room !== "i18n")),
  ...below("api", ["live", "model", "components", "widgets", "features", "routes"]),
  ...below("live", ["model", "components", "widgets", "features", "routes"]),
  ...below("model", ["live", "components", "widgets", "features", "routes"]),
  ...below("components", ["api", "live", "model", "widgets", "features", "routes"]),
  ...below("widgets", ["features", "routes"]),
  ...below("features", ["routes"]),
  ...features.map((name) => ({ target: `./src/features/${name}`, from: "./src/features", except: [`./${name}`] })),
];

const forbidden = [
  { selector: "TSAsExpression > TSUnknownKeyword", message: "No `as unknown`: narrow the value instead." },
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Never write markup as text." },
  { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]", message: "Never write markup as text." },
  { selector: "CallExpression[callee.object.name='document'][callee.property.name='write']", message: "No document.write." },
];

export default tseslint.config(
  { ignores: ["node_modules", "dist", "src/api/schema.d.ts"] },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...tseslint.configs.recommendedTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX, "react-hooks": reactHooks, house },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver({ project: "./tsconfig.json" })] },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/dot-notation": "off",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      ...reactHooks.configs.recommended.rules,
      "import-x/no-default-export": "error",
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { zones, basePath: import.meta.dirname }],
      "house/kebab-case-files": "error",
      "house/no-literal-words": "error",
      "max-lines": ["error", { max: 250, skipBlankLines: false, skipComments: false }],
      "no-eval": "error",
      "no-new-func": "error",
      "no-implied-eval": "off",
      "no-restricted-syntax": ["error", ...forbidden],
      "no-console": "error",
    },
  },
  { files: ["testing/**"], rules: { "no-console": "off" } },
);
