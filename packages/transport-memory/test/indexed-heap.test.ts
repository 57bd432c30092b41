import fc from "fast-check";
import { expect, it } from "vitest";
import { type HeapItem, IndexedHeap } from "../src/indexed-heap.js";

interface Ranked extends HeapItem {
  readonly rank: number;
}

it("the first item is the smallest, whatever was added and removed before", () => {
  const steps = fc.array(fc.oneof(fc.record({ add: fc.nat(50) }), fc.record({ remove: fc.nat() })), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (taken) => {
      const heap = new IndexedHeap<Ranked>((a, b) => a.rank < b.rank);
      const inside: Ranked[] = [];
      for (const step of taken) {
        if ("add" in step) {
          const item = { rank: step.add, heapIndex: -1 };
          heap.add(item);
          inside.push(item);
        } else if (inside.length > 0) {
          const [item] = inside.splice(step.remove % inside.length, 1);
          if (item === undefined) throw new Error("nothing was inside");
          heap.remove(item);
          expect(item.heapIndex).toBe(-1);
        }
        expect(heap.size).toBe(inside.length);
        const ranks = inside.map((item) => item.rank);
        expect(heap.first?.rank).toBe(ranks.length === 0 ? undefined : Math.min(...ranks));
      }
    }),
  );
});
