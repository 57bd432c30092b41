/**
 * Turns places within one line from UTF-16 units, as regular expressions count, into characters, as people do. Ask for places
 * from left to right: the line is read once.
 */
export function createColumnCounter(text: string): (index: number) => number {
  let counted = 0;
  let column = 1;
  return (index) => {
    while (counted < index) {
      counted += (text.codePointAt(counted) as number) > 0xffff ? 2 : 1;
      column += 1;
    }
    return column;
  };
}
