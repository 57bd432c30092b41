import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTimestamp, isTimestamp, parseTimestamp } from "../src/timestamp.js";

const NOON = Date.UTC(2024, 0, 15, 10, 30);

describe("parseTimestamp", () => {
  it.each([
    ["2024-01-15T10:30:00.000Z", NOON],
    ["2024-01-15T10:30:00Z", NOON],
    ["2024-01-15T10:30Z", NOON],
    ["2024-01-15T10:30", NOON],
    ["2024-01-15 10:30:00", NOON],
    ["2024-01-15t10:30:00z", NOON],
    ["20240115T103000Z", NOON],
    ["20240115T1030", NOON],
    ["2024-01-15T10:30:00,5Z", NOON + 500],
    ["2024-01-15T10:30:00.123456", NOON + 123],
    ["2024-01-15T10:30:00.123456789+00:00", NOON + 123],
    ["2024-01-15T12:30:00+02:00", NOON],
    ["2024-01-15T12:30:00+0200", NOON],
    ["2024-01-15T12:30:00+02", NOON],
    ["2024-01-15T05:00:00-05:30", NOON],
    ["2024-01-15", Date.UTC(2024, 0, 15)],
    ["2024-01-15T10", Date.UTC(2024, 0, 15, 10)],
    ["2024-01-15T24:00:00Z", Date.UTC(2024, 0, 16)],
    ["2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
    ["0099-03-01T00:00:00Z", Date.parse("0099-03-01T00:00:00Z")],
    ["9999-12-31T23:59:59.999Z", Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
  ])("reads %s", (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected);
    expect(isTimestamp(text)).toBe(true);
  });

  it.each([
    "",
    "now",
    "2024",
    "2024-01",
    "2024-1-15",
    "15.01.2024",
    "2024-13-01",
    "2024-00-01",
    "2024-01-00",
    "2024-01-32",
    "2023-02-29",
    "2024-02-30T00:00:00.000Z",
    "2024-04-31",
    "2024-01-15T25:00:00Z",
    "2024-01-15T24:00:01Z",
    "2024-01-15T10:60:00Z",
    "2024-01-15T10:30:61Z",
    "2024-01-15T10:30:00.Z",
    "2024-01-15T10:30:00+24:00",
    "2024-01-15T10:30:00+00:60",
    "2024-01-15Z",
    "-2024-01-15T10:30:00Z",
    "+012024-01-15T10:30:00Z",
    " 2024-01-15",
    "2024-01-15\n",
    "2024-01-15T10:30:00Z2024-01-15T10:30:00Z",
    `2024-01-15T10:30:00.${"1".repeat(100_000)}Z`,
    "٢٠٢٤-٠١-١٥",
  ])("refuses %s", (text) => {
    expect(parseTimestamp(text)).toBeNaN();
    expect(isTimestamp(text)).toBe(false);
  });

  it("means UTC where no zone is given, wherever the process runs", () => {
    expect(parseTimestamp("2024-07-01T12:00:00")).toBe(Date.UTC(2024, 6, 1, 12));
  });

  it("agrees with Date.parse on what Date writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(0, 0, 1), max: Date.UTC(9999, 11, 31) }), (ms) => {
        expect(parseTimestamp(formatTimestamp(ms))).toBe(ms);
        expect(isTimestamp(formatTimestamp(ms))).toBe(true);
      }),
    );
  });
});

describe("formatTimestamp", () => {
  it("writes UTC with milliseconds, for each instant its own", () => {
    expect([NOON, NOON, NOON + 1, NOON].map(formatTimestamp)).toEqual([
      "2024-01-15T10:30:00.000Z",
      "2024-01-15T10:30:00.000Z",
      "2024-01-15T10:30:00.001Z",
      "2024-01-15T10:30:00.000Z",
    ]);
  });
});

describe("isTimestamp", () => {
  it.each([undefined, null, NOON, new Date(NOON), {}])("refuses %s", (value) => {
    expect(isTimestamp(value)).toBe(false);
  });
});
