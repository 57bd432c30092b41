import { describe, expect, it } from "vitest";
import { linkTarget } from "../src/review/link-target.js";
import { findDestinations } from "../src/review/markdown-destinations.js";
import { reviewText, told } from "./review-text.js";

const links = async (text: string, there: readonly string[] = []): Promise<string[]> =>
  told(await reviewText("README.md", text, { there }), "link");

const headings = async (text: string): Promise<string[]> => told(await reviewText("README.md", text), "heading");

describe("Markdown links to files that are not there", () => {
  it("names the line and the destination of each, and leaves those that are there alone", async () => {
    const text = '# A\n\n[one](one.md) and\n[two](./two.md#part "title") ![p](img/p.png)\n\n[three]: <three file.md>\n';
    expect(await links(text, ["./two.md", "img/p.png"])).toEqual([
      "3 links to one.md, which is not there",
      "6 links to three file.md, which is not there",
    ]);
  });

  it("knows images inside links, nested brackets, parentheses and escapes", () => {
    const text = "[![a](a.png)](b.md) [x [y] z](c(1).md) \\[no](no.md) [e](d\\).md) [f](<e f.md>) [g](h i.md)";
    expect(findDestinations(text).map(({ destination }) => destination)).toEqual([
      "a.png",
      "b.md",
      "c(1).md",
      "d\\).md",
      "e f.md",
    ]);
  });

  it("does not take code, comments, front matter or HTML for links", async () => {
    const text = [
      "---",
      "see: '[a](a.md)'",
      "---",
      "`[b](b.md)` and ``[c](c.md) ` [d](d.md)``",
      "",
      "```md",
      "[e](e.md)",
      "``",
      "~~~",
      "[f](f.md)",
      "```",
      "",
      "    [g](g.md)",
      "",
      "<!-- [h](h.md)",
      "[i](i.md) -->",
      "a <!-- [j](j.md) --> <a title='[k](k.md)'>b</a> <https://x.y/[l](l.md)>",
      "- item",
      "",
      "  ```",
      "  [m](m.md)",
      "  ```",
      "",
      "[^note]: footnote.md",
      "",
      "[real](real.md)",
    ].join("\n");
    expect(await links(text)).toEqual(["26 links to real.md, which is not there"]);
  });

  it("looks for links in what is indented inside a list", async () => {
    expect(await links("- a\n\n    [b](b.md)\n")).toEqual(["3 links to b.md, which is not there"]);
  });

  it("asks only for destinations within the file system", () => {
    for (const elsewhere of [
      "https://a.b/c",
      "mailto:a@b",
      "//host/x",
      "/from/the/root",
      "#part",
      "?q",
      "{{ x }}/y",
      "",
    ]) {
      expect(linkTarget(elsewhere), elsewhere).toBeUndefined();
    }
    expect(linkTarget("a%20b.md#c")).toEqual(["a b.md", "a%20b.md"]);
    expect(linkTarget("100%.md")).toEqual(["100%.md"]);
    expect(linkTarget("a&amp;b\\_c.md?raw=1")).toEqual(["a&b_c.md"]);
  });

  it("a text of unclosed brackets is read in reasonable time", async () => {
    const review = await reviewText("README.md", "[](".repeat(25_000), { pieceBytes: 65_536 });
    expect(review.findings).toEqual([]);
  });
});

describe("headings that skip a level", () => {
  it("are told with both levels", async () => {
    expect(await headings("## B\n\n#### D ##\n\n# A\n\n## B\n### C\n")).toEqual(["3 level 4 follows level 2: D"]);
  });

  it("count underlined headings, and not what only looks like one", async () => {
    expect(await headings("Title\n===\n\n### skipped\n")).toEqual(["4 level 3 follows level 1: skipped"]);
    expect(
      await headings("# A\n\n---\n\n#hash\n\n\\### no\n\n| a |\n|---|\n\n- x\n---\n\n```\n### code\n```\n"),
    ).toEqual([]);
  });

  it("find their line when the underlined text has several", async () => {
    expect(await headings("# A\n## B\n\nlong\ntitle\n-----\n#### D\n")).toEqual(["7 level 4 follows level 2: D"]);
  });
});
