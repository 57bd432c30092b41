import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { publishedPackages, repositoryFiles, root, type WorkspacePackage, workspacePackages } from "./workspace.js";

// Who may import whom at run time. Only apps, examples and tests may name a concrete transport.
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  "@agentcomm/protocol": ["zod"],
  "@agentcomm/transport-memory": ["@agentcomm/protocol"],
  "@agentcomm/transport-redis": ["@agentcomm/protocol", "ioredis"],
  "@agentcomm/transport-conformance": ["@agentcomm/protocol", "vitest"],
  "@agentcomm/registry": ["@agentcomm/protocol"],
  "@agentcomm/agent": ["@agentcomm/protocol", "@agentcomm/registry"],
  "@agentcomm/coordinator": ["@agentcomm/protocol", "@agentcomm/registry"],
  "@agentcomm/file-logger": ["@agentcomm/protocol", "pino"],
};

describe.each(publishedPackages.map((each) => [each.manifest.name, each] as const))("%s", (name, { manifest }) => {
  test("declares only what the import table allows", () => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    expect(allowedImports[name], `${name} is missing in the import table`).toBeDefined();
    expect(declared.filter((each) => !allowedImports[name]?.includes(each))).toEqual([]);
  });

  test("is published like its siblings", () => {
    expect(manifest.private).toBeUndefined();
    expect(manifest).toMatchObject({
      version: publishedPackages[0]?.manifest.version,
      license: "MIT",
      type: "module",
      sideEffects: false,
      engines: { node: ">=22.12" },
    });
    expect(name).not.toMatch(/\/(utils|common|shared|core)$/);
  });
});

test("everything else in the workspace is private", () => {
  const others = workspacePackages.filter((each) => !publishedPackages.includes(each));
  expect(others.filter(({ manifest }) => manifest.private !== true).map(({ folder }) => folder)).toEqual([]);
});

describe.each(workspacePackages.map((each) => [each.manifest.name, each] as const))("sources of %s", (_, each) => {
  test("import only what its package.json declares", () => {
    const { manifest } = each;
    const atRunTime = { ...manifest.dependencies, ...manifest.peerDependencies };
    const inTests = { ...atRunTime, ...manifest.devDependencies, [manifest.name]: "itself" };
    const undeclared = sourcesOf(each).flatMap((file) => {
      const declared = file.startsWith(`${each.folder}/src/`) ? atRunTime : inTests;
      const unknown = importedPackages(file).filter((imported) => !(imported in declared));
      return unknown.map((imported) => `${file} imports ${imported}`);
    });
    expect(undeclared).toEqual([]);
  });

  test("import nothing of another package's folder", () => {
    const outside = sourcesOf(each).flatMap((file) => {
      const depth = file.slice(each.folder.length + 1).split("/").length - 1;
      const climbing = imports(file).filter((imported) => imported.startsWith("../".repeat(depth + 1)));
      return climbing.map((imported) => `${file} imports ${imported}`);
    });
    expect(outside).toEqual([]);
  });
});

/** The TypeScript of a package, without the configuration of its tools. */
function sourcesOf({ folder }: WorkspacePackage): string[] {
  return repositoryFiles().filter(
    (file) => file.startsWith(`${folder}/`) && /\.(m?ts|mjs)$/.test(file) && !/\.config\.ts$/.test(file),
  );
}

function imports(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), "utf8"), true, true);
  return importedFiles.map(({ fileName }) => fileName);
}

/** The names of the packages that a file imports: `@agentcomm/protocol` for `@agentcomm/protocol/internal`. */
function importedPackages(file: string): string[] {
  return imports(file)
    .filter((imported) => !imported.startsWith(".") && !isBuiltin(imported))
    .map((imported) => imported.split("/", imported.startsWith("@") ? 2 : 1).join("/"));
}
