import type { Report } from "./report.js";
import { visible } from "./visible.js";
import { amount } from "./wording.js";

const SHOWN = 5;

/** Sentences about what was not reviewed, and why. */
export function notReviewed({ notReviewed: left, totals }: Report): string[] {
  const named = (names: readonly string[]): string =>
    names.slice(0, SHOWN).map(visible).join(", ") + (names.length > SHOWN ? ", …" : "");
  const { notEntered, unreadableFolders, ownFiles, symbolicLinks, otherEntries } = left;
  return [
    ...(notEntered.length > 0
      ? [`Not entered, unless asked for by --all: ${amount(notEntered.length, "folder")} (${named(notEntered)}).`]
      : []),
    ...(unreadableFolders.length > 0
      ? [
          `Could not be listed: ${amount(unreadableFolders.length, "folder")} (${named(
            unreadableFolders.map(({ path, reason }) => `${path}: ${reason}`),
          )}).`,
        ]
      : []),
    ...(totals.skipped > 0 ? [`Could not be read: ${amount(totals.skipped, "file")}, listed as skipped.`] : []),
    ...(ownFiles.length > 0 ? [`Left out, because the report goes there: ${named(ownFiles)}.`] : []),
    ...(symbolicLinks > 0 ? [`Not followed: ${amount(symbolicLinks, "symbolic link")}.`] : []),
    ...(otherEntries > 0
      ? [`No regular files: ${amount(otherEntries, "socket, pipe or device", "sockets, pipes or devices")}.`]
      : []),
  ];
}
