// Lets a child process run the TypeScript sources: their imports name the .js files that a build makes of them.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    const fromSource = context.parentURL?.endsWith(".ts") && specifier.startsWith(".");
    return next(fromSource ? specifier.replace(/\.js$/, ".ts") : specifier, context);
  },
});
